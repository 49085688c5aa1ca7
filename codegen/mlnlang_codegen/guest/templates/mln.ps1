# What firstboot.ps1 uses. Windows PowerShell 2.0 (Windows 7) and later; written by MLN.

$Done = 'C:\mln\done'

function Start-Mln {
    if (Test-Path -LiteralPath $Done) { exit 0 }
    Start-Transcript -Path 'C:\mln\firstboot.log' | Out-Null
}

function Complete-Mln {
    Set-Content -LiteralPath $Done -Value 'done'
    # No restart from here: it would leave Windows' own set-up half done. The new name counts from the next start on.
    Stop-Transcript | Out-Null
}

function Set-MlnName([string]$Name) {
    $System = Get-WmiObject Win32_ComputerSystem
    if ($System.Name -ne $Name) { [void]$System.Rename($Name) }
}

# A card is found by its hardware address, and gets the project's name.
function Set-MlnCard {
    param([string]$Mac, [string]$Name, [switch]$Dhcp, [string]$Address, [int]$Length, [string]$Netmask,
        [string]$Gateway, [string]$NameServer)
    $Card = Get-WmiObject Win32_NetworkAdapter | Where-Object { $_.MACAddress -eq $Mac -and $_.NetConnectionID }
    if (-not $Card) { Write-Warning "no card $Mac"; return }
    if ($Card.NetConnectionID -ne $Name) {
        netsh interface set interface "name=$($Card.NetConnectionID)" "newname=$Name"
    }
    if ($Dhcp) {
        netsh interface ipv4 set address "name=$Name" source=dhcp
        if (-not $NameServer) { netsh interface ipv4 set dnsservers "name=$Name" source=dhcp }
    } elseif ($Address.Contains(':')) {
        netsh interface ipv6 add address "interface=$Name" "address=$Address/$Length"
    } else {
        netsh interface ipv4 set address "name=$Name" source=static "address=$Address" "mask=$Netmask"
    }
    if ($Gateway) {
        $Version, $Everywhere = if ($Gateway.Contains(':')) { 'ipv6', '::/0' } else { 'ipv4', '0.0.0.0/0' }
        netsh interface $Version add route "prefix=$Everywhere" "interface=$Name" "nexthop=$Gateway"
    }
    if ($NameServer) {
        $Version = if ($NameServer.Contains(':')) { 'ipv6' } else { 'ipv4' }
        netsh interface $Version set dnsservers "name=$Name" source=static "address=$NameServer" register=primary
    }
}

# The administrator's name depends on the language of Windows, its number does not.
function Get-MlnAdministrator {
    (Get-WmiObject Win32_UserAccount -Filter 'LocalAccount=True' | Where-Object { $_.SID -like 'S-1-5-21-*-500' }).Name
}

function Set-MlnAdministratorPassword {
    $File = 'C:\mln\password'
    if (-not (Test-Path -LiteralPath $File)) { return }
    $Password = [IO.File]::ReadAllText($File, [Text.Encoding]::UTF8).TrimEnd("`r", "`n")
    $User = [ADSI]"WinNT://./$(Get-MlnAdministrator),user"
    $User.SetPassword($Password)
    Remove-Item -LiteralPath $File -Force
}

function Test-MlnAccount([string]$Name) {
    [ADSI]::Exists("WinNT://./$Name")
}

# Hashes of Unix are of no use here: the password is one that nobody knows, until an administrator sets another.
function Add-MlnUser([string]$Name) {
    if (Test-MlnAccount $Name) { return }
    $User = ([ADSI]'WinNT://.').Create('user', $Name)
    $User.SetPassword([Guid]::NewGuid().ToString() + 'aA1!')
    $User.SetInfo()
}

function Add-MlnGroup([string]$Name, [string[]]$Members) {
    if (-not (Test-MlnAccount $Name)) {
        $Group = ([ADSI]'WinNT://.').Create('group', $Name)
        $Group.SetInfo()
    }
    foreach ($Member in $Members) {
        if (-not $Member) { continue }
        $Group = [ADSI]"WinNT://./$Name,group"
        try { $Group.Add("WinNT://./$Member") } catch { Write-Warning "$Member is not put into $Name" }
    }
}

# OpenSSH for Windows reads administrators' keys in one place, and everyone else's at home.
function Add-MlnKey([string]$User, [string[]]$Keys) {
    $File = "C:\Users\$User\.ssh\authorized_keys"
    if ($User -eq 'root' -or $User -eq (Get-MlnAdministrator)) {
        $File = 'C:\ProgramData\ssh\administrators_authorized_keys'
    }
    [void](New-Item -ItemType Directory -Force -Path (Split-Path -Parent $File))
    $Known = @()
    if (Test-Path -LiteralPath $File) { $Known = @([IO.File]::ReadAllLines($File)) }
    foreach ($Key in $Keys) {
        if ($Key -and $Known -notcontains $Key) { [IO.File]::AppendAllText($File, "$Key`r`n") }
    }
    # By number: Administrators and System, whatever they are called.
    icacls $File /inheritance:r /grant '*S-1-5-32-544:F' '*S-1-5-18:F' | Out-Null
    if ($User -ne 'root' -and (Test-MlnAccount $User)) { icacls $File /grant "${User}:F" | Out-Null }
}

function Set-MlnStartup {
    schtasks /create /f /tn MLN /ru SYSTEM /sc onstart /tr 'cmd /c C:\mln\startup.cmd'
}
