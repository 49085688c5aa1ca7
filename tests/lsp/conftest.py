"""Editors for the tests: one running server for each kind of client and test process."""

from __future__ import annotations

import itertools
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_lsp
from lsp_clients import KINDS, Editor, RecordingClient, capabilities, record, redrawn
from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

SERVER = [sys.executable, "-m", "mlnlang_lsp.main"]


def make_client() -> LanguageClient:
    """A client that records what is published."""
    client = RecordingClient(converter_factory=default_converter)
    register_lsp_features(client, {**DEFAULT_CLIENT_FEATURES, types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: record})
    client.feature("mln/graphChanged")(redrawn)
    return client


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=SERVER, client_factory=make_client), params=KINDS, scope="session"
)
async def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, lsp_client: LanguageClient
) -> AsyncIterator[None]:
    """A client in session with a server of its own."""
    assert isinstance(lsp_client, RecordingClient)
    folder = tmp_path_factory.mktemp("ærlig projects")
    params = types.InitializeParams(capabilities=capabilities(request.param), root_uri=folder.as_uri())
    result = await lsp_client.initialize_session(params)
    lsp_client.editor = Editor(request.param, lsp_client, result, folder, itertools.count(1))
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(client: RecordingClient) -> Editor:
    """The client as an editor."""
    return client.editor
