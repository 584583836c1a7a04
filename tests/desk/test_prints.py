"""What a print from the desk may show."""

import hashlib

from studio_desk.kinds import kind
from tests.desk.filled import values_for


def test_sensitive_pictures_stay_out_though_telephone_numbers_are_printed_in_full(seat) -> None:
    at = seat(mask_phones=False)
    plain, secret = b"\xff\xd8 plain", b"\xff\xd8 secret"
    digests = {}
    for data, personal in ((plain, "P1"), (secret, "P2")):
        digest = digests[personal] = hashlib.sha256(data).hexdigest()
        with at.home.transaction() as c:
            c.exec_driver_sql("INSERT INTO blob (sha256, size, data) VALUES (?, ?, ?)", (digest, len(data), data))
        at.desk.journal.write(
            "attachment",
            values_for(kind("attachment"), at.uids, parent=at.uids["journal_entry"], sha256=digest, personal=personal),
        )
    look = at.desk.look
    assert look.full
    assert look.photo(digests["P1"]) == plain
    assert look.photo(digests["P2"]) is None
