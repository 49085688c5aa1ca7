"""Stand-ins for programs that need a hypervisor that tests have not: they take the arguments of the real ones only."""

from __future__ import annotations

_HEAD = """
import json, os, re, sys
PLACE = os.environ["STAND_IN"]
STATE = os.path.join(PLACE, "state.json")
state = json.load(open(STATE)) if os.path.exists(STATE) else {}
with open(os.path.join(PLACE, "calls"), "a") as calls:
    calls.write(" ".join(sys.argv) + "\\n")
def done(code=0, text=""):
    json.dump(state, open(STATE, "w"))
    if text: print(text)
    sys.exit(code)
def wrong(text):
    sys.stderr.write(text + "\\n")
    sys.exit(2)
def count(number):
    if len(words) != number: wrong(f"{verb}: wrong number of arguments")
"""

#: xl(1): create, destroy, shutdown, domid, list, mem-set, vcpu-set of Xen 4.17.
XL = (
    _HEAD
    + r"""
verb, words = sys.argv[1], sys.argv[2:]
def domain(name):
    if name not in state:
        sys.stderr.write(f"{name} is an invalid domain identifier (rc=-6)\n")
        sys.exit(1)
    return state[name]
if verb == "create":
    count(1)
    text = open(words[0]).read()
    found = re.search(r"^name = [\"'](.*)[\"']$", text, re.M)
    memory = re.search(r"^memory = (\d+)$", text, re.M)
    if not found or not memory or "@MLN_" in text.partition("\n")[2]: wrong("config parsing error")
    if found[1] in state: wrong(f"Domain with name \"{found[1]}\" already exists.")
    mem = int(memory[1])
    state[found[1]] = {"id": len(state) + 1, "mem": mem, "most": mem, "vcpus": 1, "state": "-b----"}
    done()
if verb in ("domid", "list"):
    if verb == "list": print("Name                                        ID   Mem VCPUs\tState\tTime(s)")
    count(1)
    it = domain(words[0])
    if verb == "domid": done(0, str(it["id"]))
    done(0, "%-40s %5d %5d %5d     %s %8.1f" % (words[0], it["id"], it["mem"], it["vcpus"], it["state"], 1.5))
if verb == "mem-set":
    count(2)
    it, found = domain(words[0]), re.fullmatch(r"(\d+)m", words[1])
    if not found: wrong("invalid memory size: " + words[1])
    if int(found[1]) > it["most"]:
        sys.stderr.write("libxl: error: memory_dynamic_max must be less than or equal to memory_static_max\n")
        sys.exit(1)
    it["mem"] = int(found[1])
    done()
if verb == "vcpu-set":
    count(2)
    it = domain(words[0])
    if int(words[1]) > 4: sys.exit(1)
    it["vcpus"] = int(words[1])
    done()
if verb == "shutdown":
    if words[:1] != ["-F"]: wrong("no -F")
    words = words[1:]
    count(1)
    if domain(words[0]).get("deaf") is None and not os.path.exists(os.path.join(PLACE, "deaf")): del state[words[0]]
    done()
if verb == "destroy":
    count(1)
    domain(words[0])
    del state[words[0]]
    done()
wrong("command not implemented: " + verb)
"""
)

#: vmrun of Workstation: start, stop, list, checkToolsState.
VMRUN = (
    _HEAD
    + r"""
if sys.argv[1] != "-T" or sys.argv[2] not in ("ws", "player", "fusion", "server"): wrong("Unrecognized host type")
verb, words = sys.argv[3], sys.argv[4:]
def machine():
    if not os.path.isabs(words[0]) or not words[0].endswith(".vmx"): wrong("Error: not a .vmx: " + words[0])
    if not os.path.exists(words[0]):
        print(f"Error: Cannot open VM: {words[0]}, The virtual machine cannot be found"); sys.exit(255)
    return words[0]
if verb == "list":
    count(0)
    done(0, f"Total running VMs: {len(state)}\n" + "\n".join(sorted(state)) if state else "Total running VMs: 0")
if verb == "start":
    count(2)
    if words[1] not in ("gui", "nogui"): wrong("Error: " + words[1])
    text = open(machine()).read()
    if "@MLN_" in text: wrong("Error: a token is left")
    for name in re.findall(r"^scsi0:\d+\.fileName = \"(.*)\"$", text, re.M):
        if not os.path.exists(os.path.join(os.path.dirname(words[0]), name)):
            print("Error: Insufficient permissions"); sys.exit(255)
    state[words[0]] = 0
    done()
if machine() not in state:
    print("Error: The virtual machine is not powered on: " + words[0]); sys.exit(255)
if verb == "checkToolsState":
    count(1)
    state[words[0]] += 1
    done(0, "running" if state[words[0]] > 1 and not os.path.exists(os.path.join(PLACE, "deaf")) else "unknown")
if verb == "stop":
    count(2)
    if words[1] not in ("hard", "soft"): wrong("Error: " + words[1])
    if words[1] == "soft" and os.path.exists(os.path.join(PLACE, "deaf")):
        print("Error: The VMware Tools are not running in the virtual machine: " + words[0]); sys.exit(255)
    del state[words[0]]
    done()
wrong("Error: Unrecognized command: " + verb)
"""
)

#: vmware-vdiskmanager -x SIZE DISK: grows a disk.
VDISKMANAGER = (
    _HEAD
    + r"""
import subprocess
words = sys.argv[1:]
if len(words) != 3 or words[0] != "-x" or not re.fullmatch(r"\d+(MB|GB|TB|KB)", words[1]): wrong("Invalid command line")
raw = words[2] + ".grown"
subprocess.run(["qemu-img", "convert", "-O", "raw", words[2], raw], check=True)
os.truncate(raw, int(words[1][:-2]) * {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}[words[1][-2:]])
subprocess.run(["qemu-img", "convert", "-O", "vmdk", raw, words[2]], check=True)
os.unlink(raw)
done(0, "Grow: 100% done.")
"""
)
