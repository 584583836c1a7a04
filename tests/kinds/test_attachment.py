"""A file that hangs on a record: its digest, its name, its type, and how it is taken off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_desk.kernel.problem import Problem
from studio_desk.kinds import kind
from studio_desk.press.page import Photos
from studio_desk.record.kind import VOID
from tests.kinds.bodies import ATTACHMENT, typed
from tests.kinds.shelf import Shelf

KIND = kind("attachment")


def found(**changes):
    return {(finding.field, finding.code) for finding in KIND.find(typed(ATTACHMENT, **changes))}


@pytest.mark.parametrize("field", ["parent", "name", "mime", "size", "sha256"])
def test_the_required_fields(field):
    assert found() == set()
    assert found(**{field: ...}) == {(field, "FIELD_REQUIRED")}


@pytest.mark.parametrize("digest", ["ab" * 31, "AB" * 32, "zz" * 32, "0x" + "a" * 62])
def test_what_is_no_digest_is_refused(digest):
    assert found(sha256=digest) == {("sha256", "DIGEST_FORM")}


@given(st.binary(min_size=32, max_size=32))
def test_every_digest_is_taken(raw):
    assert found(sha256=raw.hex()) == set()


@pytest.mark.parametrize("name", ["../a.jpg", "C:\\a.jpg", "a/b.jpg", "..", "照片?.jpg"])
def test_a_name_is_no_path(name):
    assert found(name=name) == {("name", "FILE_NAME")}


def test_an_empty_file_proves_nothing():
    assert found(size=0) == {("size", "FILE_EMPTY")}
    assert found(size=-1) == {("size", "WRONG_TYPE")}


@pytest.mark.parametrize("mime", ["jpeg", "image/", "image/jpeg; q=1"])
def test_a_type_is_a_type(mime):
    assert found(mime=mime) == {("mime", "MIME_FORM")}


def test_its_bytes_are_named_to_the_journal():
    assert KIND.blobs(typed(ATTACHMENT)) == ("ab" * 32,)


def test_it_is_taken_off_with_a_reason_only():
    with pytest.raises(Problem, match="REASON_REQUIRED"):
        KIND.allow_move("在档", VOID, "")
    KIND.allow_move("在档", VOID, "拍错了")
    assert KIND.duties(KIND.read(typed(ATTACHMENT))) == []


@pytest.mark.parametrize(("personal", "full", "shown"), [("P1", False, 1), ("P2", False, 0), ("P2", True, 1)])
def test_a_sensitive_picture_is_printed_in_full_prints_only(personal, full, shown):
    shelf = Shelf(full=full, photos={"ab" * 32: b"picture"})
    (sheet,) = KIND.sheets(KIND.read(typed(ATTACHMENT, personal=personal)), shelf)
    assert sum(isinstance(block, Photos) for block in sheet.blocks) == shown
