"""Charts say what made them, the same bytes every time, and hostile files are refused in a sentence."""

import json
import os
import zlib
from io import BytesIO
from itertools import pairwise
from struct import pack

import matplotlib as mpl
import pytest
from PIL import Image

from lockgate.experiments import read_provenance
from lockgate.experiments.cli import main
from lockgate.experiments.provenance import KEY, MOST_BYTES, PNG, code_hash, lockgate_version
from lockgate.experiments.results.compare import compare
from lockgate.experiments.store import save_comparison
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.errors import InputError
from lockgate.sim.model.chance import SCHEME
from tests.sizes import in_full

WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
TINY = ["--set", "organisations=20", "--set", "bad_actors=50", "--horizon", "30", "--quiet"]


@pytest.fixture(scope="module")
def pair():
    return compare(["open-release", "withhold"], WORLD, draws=2, seed=5, horizon_days=30)


def lockgate(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["lockgate", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in {0, None}


def charts(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in {".png", ".svg"})


# What is written


@pytest.mark.parametrize("kind", ["png", "svg"])
@pytest.mark.parametrize("name", ["tradeoff", "timeline", *in_full("differences", "weekly", "channels")])
def test_a_figure_that_is_saved_says_what_made_it(pair, name, kind, tmp_path):
    figure, path = getattr(pair.plot, name)(), tmp_path / f"mine.{kind}"
    figure.savefig(path)
    found = read_provenance(path)
    assert found == figure.provenance
    assert found["lockgate"] == lockgate_version()
    assert found["code"] == code_hash()
    assert found["random_numbers"] == f"keyed, scheme {SCHEME}"
    assert found["command"] == "compare(['open-release', 'withhold'], 'baseline', draws=2, seed=5, horizon_days=30, fixed=False)"
    assert (found["study"]["seed"], found["study"]["draws"]) == (5, 2)
    assert [*found["study"]["policies"]] == ["open-release", "withhold"]


def test_the_hashes_tell_studies_apart(pair):
    other = compare(["open-release", "withhold"], with_parameters(WORLD, {"pace": 1.5}), draws=2, seed=5, horizon_days=30)
    mine, others = (each.plot.tradeoff().provenance for each in (pair, other))
    assert mine["command"] == others["command"]
    assert mine["study"]["world"] != others["study"]["world"]
    assert mine["study"]["policies"] == others["study"]["policies"]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_bytes_every_time_and_the_settings_stay(pair, kind, monkeypatch):
    def saved():
        buffer = BytesIO()
        pair.plot.channels().savefig(buffer, format=kind)
        return buffer.getvalue()

    before = dict(mpl.rcParams)
    first = saved()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert saved() == first
    assert b"2001-09-09" not in first
    assert dict(mpl.rcParams) == before


def test_metadata_of_the_user_is_kept(pair, tmp_path):
    pair.plot.weekly().savefig(tmp_path / "mine.png", metadata={"Author": "me"})
    with Image.open(tmp_path / "mine.png") as image:
        assert image.text["Author"] == "me"
        assert json.loads(image.text[KEY]) == read_provenance(tmp_path / "mine.png")


def test_other_kinds_of_files_are_saved_as_ever(pair, tmp_path):
    pair.plot.weekly().savefig(tmp_path / "mine.pdf")
    assert (tmp_path / "mine.pdf").read_bytes().startswith(b"%PDF")


def test_a_picture_of_a_notebook_says_it_too(pair, tmp_path):
    (tmp_path / "cell.png").write_bytes(pair.plot.tradeoff()._repr_png_())
    assert read_provenance(tmp_path / "cell.png") == pair.plot.tradeoff().provenance


def test_charts_of_a_folder_say_what_its_manifest_says(pair, tmp_path):
    save_comparison(pair, tmp_path / "out", ["lockgate", "compare", "--out", "a secret place", "open-release", "withhold"])
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    found = [read_provenance(path) for path in charts(tmp_path / "out")]
    assert len(found) == 12
    for each in found:
        assert each == {
            "command": "lockgate compare open-release withhold",
            **{key: manifest[key] for key in ("lockgate", "code", "random_numbers", "study")},
        }


@pytest.mark.full
def test_commands_write_it(tmp_path, monkeypatch):
    lockgate(monkeypatch, "run", "withhold", *TINY, "--out", str(tmp_path / "run"))
    lockgate(monkeypatch, "compare", "withhold", "--draws", "2", *TINY, "--out", str(tmp_path / "compare"))
    for command, number in {"run withhold": 2, "compare withhold --draws 2": 8}.items():
        folder = tmp_path / command.split()[0]
        manifest, found = json.loads((folder / "manifest.json").read_text()), [read_provenance(path) for path in charts(folder)]
        assert len(found) == number
        for each in found:
            assert each["command"] == f"lockgate {command} {' '.join(TINY)}"
            assert each["study"] == manifest["study"]


def test_no_chart_is_drawn_where_none_is_wanted(tmp_path, monkeypatch):
    lockgate(monkeypatch, "compare", "withhold", "--draws", "2", *TINY, "--no-charts", "--out", str(tmp_path))
    assert charts(tmp_path) == []
    assert (tmp_path / "summary.json").exists()


def test_pillow_reads_what_we_read(pair, tmp_path):
    pair.plot.tradeoff().savefig(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert json.loads(image.text[KEY]) == read_provenance(tmp_path / "a.png")


# What is refused


def chunk(kind, content):
    return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))


def svg(description, head=""):
    work = f'<cc:Work xmlns:cc="http://creativecommons.org/ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">{description}</cc:Work>'
    return f'<?xml version="1.0"?>{head}<svg xmlns="http://www.w3.org/2000/svg"><metadata>{work}</metadata></svg>'.encode()


GOOD = json.dumps({"lockgate": "1", "study": {"seed": 1}})
NESTED = "[" * 100_000
LAUGHS = "<!DOCTYPE svg [" + '<!ENTITY a "ha">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghi")) + "]>"
OUTSIDE = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://example.org/x"> %x;]>'
NONE = "carries no provenance"
HOSTILE = {
    "empty": (b"", "is no PNG or SVG file"),
    "text": (b"nothing of the kind", "is no PNG or SVG file"),
    "zeros": (b"\0" * 1000, "is no PNG or SVG file"),
    "unknown encoding": (b'<?xml version="1.0" encoding="nonsense"?><svg/>', "is no PNG or SVG file"),
    "wide encoding": (b'<?xml version="1.0" encoding="big5"?><svg/>', "is no PNG or SVG file"),
    "signature alone": (PNG, NONE),
    "cut off": (PNG + chunk(b"tEXt", b"Description\0" + GOOD.encode())[:-9], "is cut off or damaged"),
    "a chunk of 4 GiB": (PNG + b"\xff\xff\xff\xfftEXtDescription\0{}", "is cut off or damaged"),
    "no text": (PNG + chunk(b"IHDR", b"\0" * 13) + chunk(b"IEND", b""), NONE),
    "another text": (PNG + chunk(b"tEXt", b"Title\0" + GOOD.encode()), NONE),
    "compressed": (PNG + chunk(b"zTXt", b"Description\0\0" + zlib.compress(b"1" * 1_000_000)), NONE),
    "no JSON": (PNG + chunk(b"tEXt", b"Description\0{"), NONE),
    "deep JSON": (PNG + chunk(b"tEXt", b"Description\0" + NESTED.encode()), NONE),
    "long number": (PNG + chunk(b"tEXt", b"Description\0" + b'{"lockgate": ' + b"9" * 9999 + b"}"), NONE),
    "another's JSON": (PNG + chunk(b"tEXt", b'Description\0{"title": "cat"}'), NONE),
    "a list": (PNG + chunk(b"tEXt", b"Description\0[]"), NONE),
    "study is no table": (svg('<dc:description>{"lockgate": "1", "study": 3}</dc:description>'), NONE),
    "another's SVG": (svg("<dc:title>cat</dc:title>"), NONE),
    "description without its namespace": (svg(f"<description>{GOOD}</description>"), NONE),
    "deep JSON in SVG": (svg(f"<dc:description>{NESTED}</dc:description>"), NONE),
    "deep SVG": (b"<a>" * 200_000, "is no PNG or SVG file"),
    "not closed": (svg("<dc:title>")[:-20], "is no PNG or SVG file"),
    "billion laughs": (svg("<dc:description>&i;</dc:description>", LAUGHS), "declares entities"),
    "a file from outside": (svg("<dc:description>&x;</dc:description>", OUTSIDE), "declares entities"),
    "a parameter entity": (svg(f"<dc:description>{GOOD}</dc:description>", PARAMETER), "declares entities"),
    "too large": (PNG + b"\0" * MOST_BYTES, "has more than 32 MiB"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence(case, tmp_path):
    path = tmp_path / "chart\x1b.png"
    content, said = HOSTILE[case]
    path.write_bytes(content)
    with pytest.raises(InputError, match=said) as refused:
        read_provenance(path)
    assert str(refused.value).startswith(f"chart {tmp_path}/chart\\x1b.png: ")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300 + len(str(tmp_path))


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    for name, said in {"": "is a folder", "missing.png": "no such file", "pipe.png": "is a pipe", "a\0b.png": "cannot be read"}.items():
        with pytest.raises(InputError, match=said):
            read_provenance(f"{tmp_path}/{name}")


GOOD_ONES = [PNG + chunk(b"tEXt", b"Description\0" + GOOD.encode()), svg(f"<dc:description>{GOOD}</dc:description>")]


@pytest.mark.parametrize("content", GOOD_ONES, ids=["PNG", "SVG"])
def test_the_good_ones_beside_them_are_read(content, tmp_path):
    (tmp_path / "chart").write_bytes(content)
    assert read_provenance(tmp_path / "chart") == json.loads(GOOD)
