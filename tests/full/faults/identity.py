"""However a study is run, its results are the same bytes."""

import shutil
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pyarrow as pa

from tests.full.faults.bench import Bench, Figures, contents
from tests.full.faults.fork import Server
from tests.full.faults.running import environment
from tests.full.faults.runs import table_of

THREADS, WORKERS, CHUNKS = (1, 2, 4), (0, 1, 2, 4), (1, 7, 64, 1000)
ONE, SHARING, MERGED = WAYS = ("one sweep", "three shards in one folder", "three shards merged")
How = tuple[int, int, int, str]
EVERY = tuple(product(THREADS, WORKERS, CHUNKS, WAYS))
FEW: tuple[How, ...] = (
    (2, 0, 7, ONE),
    (4, 0, 64, ONE),
    (4, 0, 64, SHARING),
    (1, 0, 7, SHARING),
    (1, 0, 64, MERGED),
    (2, 0, 1000, ONE),
    (2, 0, 1000, MERGED),
    (4, 0, 7, MERGED),
    (1, 1, 1000, ONE),
    (2, 2, 7, ONE),
    (4, 0, 64, MERGED),
    (4, 0, 1000, SHARING),
)


def of_ways(place: Path, ways: Sequence[How], server: Server) -> Figures:
    """Run a study of 96 runs in these ways: with the same chunk all files are the same, and with any chunk all rows."""
    chunks = sorted({chunk for _, _, chunk, _ in ways})
    benches = {chunk: Bench(place / f"chunk-{chunk}", chunk, server, draws=12, worlds=2) for chunk in chunks}
    rows = {tuple(in_order(bench.reference, table) for table in ("runs", "series")) for bench in benches.values()}
    assert len(rows) == 1
    for threads, workers, chunk, way in ways:
        bench = benches[chunk]
        out = bench.new()
        options = ("--threads", str(threads), *(("--workers", str(workers)) if workers else ()))
        if way == ONE:
            run(bench, out, *options)
        else:
            shards = {number: out if way == SHARING else out.with_name(f"{out.name}-{number}") for number in (1, 2, 3)}
            for number, shard in shards.items():
                run(bench, shard, *options, "--shard", f"{number}/3")
            if way == MERGED:
                arguments = ["merge", str(out), *map(str, shards.values()), "--quiet"]
                ended = server.begin(arguments, bench.place, environment(None), None).ended()
                assert ended.code == 0, ended
                for shard in shards.values():
                    shutil.rmtree(shard)
        assert contents(out) == bench.wanted, (threads, workers, chunk, way)
        bench.done(out)
    return {"ways": len(ways), "sizes of chunks": len(chunks), "that differ": 0}


def run(bench: Bench, out: Path, *options: str) -> None:
    """A sweep that is well."""
    ended = bench.run(out, *options)
    assert (ended.code, ended.err) == (0, ""), ended


def in_order(folder: Path, table: str) -> bytes:
    """All rows of a table in order, each bit of them."""
    rows = table_of(folder, table)
    plain = [column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in rows.columns]
    sink = pa.BufferOutputStream()
    one = pa.table([column.combine_chunks() for column in plain], names=rows.column_names)
    with pa.ipc.new_stream(sink, one.schema) as stream:
        stream.write_table(one)
    return bytes(sink.getvalue())
