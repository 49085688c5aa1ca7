"""Pictures of a network: what is drawn, where it lies, and how each format says it."""

from mlnlang.graph.building import Choice, picture
from mlnlang.graph.model import Edge, Frame, Node, Picture, Place, Problem
from mlnlang.graph.owners import Owners

__all__ = ["Choice", "Edge", "Frame", "Node", "Owners", "Picture", "Place", "Problem", "picture"]
