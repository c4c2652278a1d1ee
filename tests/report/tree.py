"""An HTML page as a tree, by the standard library's parser alone, so that nothing of the program reads what it wrote."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"meta", "br", "hr", "link", "input", "img"}


@dataclass
class Node:
    """An element: its name, attributes, and what is in it."""

    name: str
    attributes: dict
    children: list = field(default_factory=list)
    drawn: bool = False

    def all(self, name=None, **wanted):
        """The elements below it of this name, with these attributes, in order."""
        return [
            node
            for node in self.below()
            if name in (None, node.name)
            and all(node.attributes.get(key.rstrip("_").replace("_", "-")) == value for key, value in wanted.items())
        ]

    def one(self, name=None, **wanted):
        """The only one of these."""
        (found,) = self.all(name, **wanted)
        return found

    def below(self):
        """Every element below it, in order."""
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.below()

    @property
    def text(self):
        """All text in it, with blanks that no line parts as blanks."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children).replace("\u00a0", " ")

    @property
    def shape(self):
        """Its elements with the names of their attributes, without any text; of drawings, which break lines, only which kinds there are."""
        outside = [node for node in self.below() if not node.drawn]
        return [each(node) for node in outside], {each(node) for node in self.below() if node.drawn}


def each(node):
    """An element and the names of its attributes."""
    return node.name, tuple(node.attributes)


class Reader(HTMLParser):
    """Builds the tree. What is not closed, or closed twice, is an error."""

    def __init__(self):
        super().__init__()
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        node = Node(tag, dict(attrs), drawn=self.open[-1].drawn or self.open[-1].name == "svg")
        self.open[-1].children.append(node)
        if tag not in EMPTY:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open[-1].name == tag, f"</{tag}> within <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].children.append(data)


def tree(text):
    """The tree of a page."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root], f"<{reader.open[-1].name}> is not closed"
    return reader.root
