"""Settings and folders: what the client says at the start, and whenever they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsprotocol import types
from pygls.uris import to_fs_path

from mlnlang_lsp.server import MlnServer
from mlnlang_lsp.settings import merged, parse

SECTION = "mln"
#: Files whose changes on the disk matter: sources, configuration, settings of rules, baselines, templates.
WATCHED = (
    *("**/*.mln", "**/mln.conf", "**/.mln", "**/mlnc.toml", "**/pyproject.toml", "**/*baseline*.json"),
    *("**/*.ext2", "**/*.ext3", "**/*.ext4", "**/*.img", "**/*.qcow2", "**/*.raw", "**/*.vmdk"),
)


def register(server: MlnServer) -> None:
    """Take what `initialize` brought, and register the methods."""
    keeper = _Keeper(server)

    async def initialized(_params: types.InitializedParams) -> None:
        keeper.watch()
        if not await keeper.ask():
            server.session.renew()

    async def configured(params: types.DidChangeConfigurationParams) -> None:
        await keeper.changed(params.settings)

    def moved(_params: types.DidChangeWorkspaceFoldersParams) -> None:
        keeper.apply()

    server.feature(types.INITIALIZED)(initialized)
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(configured)
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(moved)


class _Keeper:
    """Keeps what the client has said."""

    def __init__(self, server: MlnServer) -> None:
        self._server = server
        given = server.initialization_options
        self._first = given if isinstance(given, Mapping) else {}
        self._later: Any = None
        self.apply()

    def apply(self) -> None:
        """Let settings and folders count."""
        server = self._server
        folders = [folder.uri for folder in server.workspace.folders.values()]
        if not folders and server.workspace.root_uri:
            folders = [server.workspace.root_uri]
        server.session.folders = [server.session.key(uri) for uri in folders if to_fs_path(uri)]
        complaints: list[str] = []
        settings = parse(merged(self._first, self._settled(self._later)), complaints)
        for complaint in complaints:
            server.window_log_message(types.LogMessageParams(types.MessageType.Warning, f"settings: {complaint}"))
        server.session.configure(settings)

    def _settled(self, later: Any) -> Any:
        """Later settings; they may come from files of the workspace, which must not say that it is to be trusted."""
        if isinstance(later, Mapping) and later.get("trusted") and "trusted" not in self._first:
            return {name: value for name, value in later.items() if name != "trusted"}
        return later

    async def changed(self, settings: Any) -> None:
        """The client says that settings have changed, and perhaps to what."""
        if not await self.ask():
            self._later = settings.get(SECTION, settings) if isinstance(settings, Mapping) else None
            self.apply()

    async def ask(self) -> bool:
        """Ask for the settings, where the client answers such questions; whether it has."""
        workspace = self._server.client_capabilities.workspace
        if workspace is None or not workspace.configuration:
            return False
        wanted = types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
        answer = await self._server.workspace_configuration_async(wanted)
        self._later = answer[0] if answer else None
        self.apply()
        return True

    def watch(self) -> None:
        """Ask to be told of changed files and settings, where the client can do that."""
        workspace = self._server.client_capabilities.workspace
        wanted: list[types.Registration] = []
        watching = workspace.did_change_watched_files if workspace else None
        if watching is not None and watching.dynamic_registration:
            globs = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(glob) for glob in WATCHED])
            wanted.append(types.Registration("watched-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, globs))
            self._server.session.watched = True
        telling = workspace.did_change_configuration if workspace else None
        if telling is not None and telling.dynamic_registration:
            section = types.DidChangeConfigurationRegistrationOptions(SECTION)
            wanted.append(types.Registration("configuration", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
        if wanted:
            self._server.client_register_capability(types.RegistrationParams(wanted))
