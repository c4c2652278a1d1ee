"""Loading a scenario's file and those that it extends, each checked by the schema."""

from dataclasses import dataclass
from os import PathLike

from lockgate.scenarios.files import Source, find
from lockgate.scenarios.notation import quoted, shown
from lockgate.scenarios.schema import Kind, ScenarioFile, file_schema
from lockgate.scenarios.sentence import checked_scenario

MOST_LINKS = 16  # from a file to the eldest that it builds on


@dataclass(frozen=True)
class Document:
    """A checked file, and where it was found."""

    source: Source
    content: ScenarioFile

    def parent(self) -> Source:
        """The source that it extends."""
        return self.source.parent(self.content.extends)


def document(source: Source) -> Document:
    """The content of one file, as the schema has it."""
    return Document(source, checked_scenario(source.kind, source.name, file_schema(source.kind), source.read()))


def lineage(kind: Kind, name_or_path: str | PathLike[str]) -> list[Document]:
    """The file of this name, after those that it builds on: the eldest first."""
    family = [document(find(kind, name_or_path))]
    while family[-1].content.extends:
        parent = family[-1].parent()
        known = [member.source for member in family]
        if parent.identity in [source.identity for source in known]:
            chain = " -> ".join(quoted(source.name) for source in [*known, parent])
            raise known[-1].refused(f"extends = {shown(family[-1].content.extends)} leads in a circle ({chain}), drop one of these")
        if len(family) > MOST_LINKS:
            raise family[0].source.refused(f"extends lead through more than {MOST_LINKS} files, write what they set into fewer")
        family.append(document(parent))
    return family[::-1]
