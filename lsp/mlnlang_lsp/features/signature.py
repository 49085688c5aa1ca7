"""The form of the list line that is being typed."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.signature import signature
from mlnlang_lsp.knowledge import scene_of
from mlnlang_lsp.markup import markup
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the method."""
    options = types.SignatureHelpOptions(trigger_characters=[" "], retrigger_characters=[" "])
    server.feature(types.TEXT_DOCUMENT_SIGNATURE_HELP, options)(answer)


def answer(ls: MlnServer, params: types.SignatureHelpParams) -> types.SignatureHelp | None:
    """The form, with the word that is at hand marked."""
    found = scene_of(ls, params.text_document.uri)
    if found is None:
        return None
    document, here = found
    told = signature(here, document.offset(params.position))
    if told is None:
        return None
    text_document = ls.client_capabilities.text_document
    client = (
        text_document.signature_help.signature_information if text_document and text_document.signature_help else None
    )
    by_offset = bool(client and client.parameter_information and client.parameter_information.label_offset_support)
    parameters = [
        types.ParameterInformation((start, end) if by_offset else told.label[start:end])
        for start, end in told.parameters
    ]
    documentation = markup(told.documentation, client.documentation_format if client else None)
    information = types.SignatureInformation(told.label, documentation, parameters, told.active)
    # Past the last word nothing is marked: a number beyond the parameters says so to every client.
    active = len(parameters) if told.active is None else told.active
    if not (client and client.active_parameter_support):
        information.active_parameter = None
    return types.SignatureHelp([information], 0, active)
