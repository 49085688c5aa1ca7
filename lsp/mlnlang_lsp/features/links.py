"""Document links."""

from __future__ import annotations

from lsprotocol import types
from pygls.uris import to_fs_path

from mlnlang.ide.links import links, tip
from mlnlang_lsp.places import atlas
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the methods."""
    server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK, types.DocumentLinkOptions(resolve_provider=True))(answer)
    server.feature(types.DOCUMENT_LINK_RESOLVE)(resolve)


def answer(ls: MlnServer, params: types.DocumentLinkParams) -> list[types.DocumentLink] | None:
    """The paths of the document that lead to files."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    found = links(atlas(ls), ls.session.key(document.uri))
    return [
        types.DocumentLink(
            document.range(each.span.start, each.span.end), ls.session.uri(each.target), data={"kind": each.kind}
        )
        for each in found
    ]


def resolve(ls: MlnServer, link: types.DocumentLink) -> types.DocumentLink:
    """Say what following the link does, to a client that shows it."""
    text_document = ls.client_capabilities.text_document
    client = text_document.document_link if text_document else None
    kind = link.data.get("kind") if isinstance(link.data, dict) else None
    if client and client.tooltip_support and kind and link.target:
        link.tooltip = tip(kind, to_fs_path(link.target) or link.target)
    return link
