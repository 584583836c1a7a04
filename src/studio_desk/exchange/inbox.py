"""Take bundles in: verify, hold what came too early, merge what joins, set apart what is wrong; never partly."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.exchange import (
    changes,
    contents,
    giving_back,
    healing,
    heard,
    new_list,
    quarantine,
    receipts,
    sealed_files,
    tables,
    trust_store,
)
from studio_desk.exchange.gaps import gaps_before, waiting_words
from studio_desk.exchange.header import Header, brings_back, chain_stem, chain_to, is_return
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.merge import Merged, merge, missing
from studio_desk.exchange.outcomes import Outcome
from studio_desk.exchange.worker import Verified, Worker
from studio_desk.kernel import clock
from studio_desk.kernel.problem import MEDIUM, Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.store import lists

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def receive(
    home: Home,
    files: Sequence[Path],
    *,
    dry_run: bool = False,
    allow: frozenset[str] = frozenset(),
    progress: Progress = silent,
) -> list[Outcome]:
    """Take files in; one outcome per file, in their order. Any order, repetition or subset leads to the same state.

    Args:
        home: who takes them in.
        files: sealed bundles.
        dry_run: work everything out, then change nothing.
        allow: codes that a person has waved through (`review.release`).
        progress: counts files.

    Raises:
        Problem: `NOT_ENROLLED`; a disk that is full. What is wrong with a file is in its outcome.
    """
    policy = trust_store.policy(home)
    sealed_files.sweep(home)
    outcomes: list[Outcome]
    with Worker(replace(policy, allow=allow), keys_of(home).identities) as worker:
        if not dry_run:
            outcomes = _Inbox(home, worker).take(files, progress)
            lists.lay(home)
            return outcomes
        outcomes = []
        with suppress(_EnoughError), home.file.write():
            outcomes = _Inbox(home, worker, dry=True).take(files, progress)
            raise _EnoughError
        return outcomes


class _EnoughError(Exception):
    """Ends a dry run; its transaction is rolled back."""


@dataclass
class _Inbox:
    home: Home
    worker: Worker
    dry: bool = False
    forks: list[tuple[str, str]] = field(default_factory=list)

    def take(self, files: Sequence[Path], progress: Progress) -> list[Outcome]:
        outcomes = []
        by_digest: dict[str, list[Outcome]] = {}
        for number, file in enumerate(files):
            progress(number, len(files), file.name)
            outcome = Outcome(str(file))
            outcomes.append(outcome)
            try:
                with sealed_files.local_copy(self.home, file) as (copy, sha256):
                    told = _inside(progress, number, len(files), file.name)
                    self._one(copy, sha256, outcome, told)
                by_digest.setdefault(sha256, []).append(outcome)
            except Problem as problem:  # the medium, not the bundle
                if problem.exit_code != MEDIUM and problem.code != "BUNDLE_TOO_BIG":
                    raise
                outcome.refuse(problem, "unread")
            self._waiting(by_digest)
        progress(len(files), len(files), "")
        if not self.dry:
            for dev, reason in self.forks:
                if dev == self.home.device:  # else a relay has begun the new chain already
                    self.home.new_incarnation(reason)
        return outcomes

    def _one(self, copy: Path, sha256: str, outcome: Outcome, progress: Progress) -> None:
        try:
            bundle = self._verified(copy)
        except Problem as problem:
            if problem.exit_code == MEDIUM:
                raise
            self._set_apart(copy, sha256, outcome, problem)
            return
        outcome.identify(bundle.header)
        if self.home.role == "district" and not is_return(bundle.header):
            outcome.notices += giving_back.lost(self.home, bundle.header)
            heard.note(self.home, bundle.header)
        if self._waits(bundle):
            self._hold(copy, sha256, outcome, bundle)
            return
        self._merge(copy, sha256, outcome, bundle, progress=progress)

    def _waits(self, bundle: Verified) -> bool:
        return missing(self.home, bundle) is not None and not healing.said_again(self.home, bundle)

    def _verified(self, copy: Path) -> Verified:
        bundle, listed = new_list.verify(self.home, self.worker, copy)
        for document in listed.documents if listed else ():
            trust_store.keep(self.home, document)
        giving_back.admit(self.home, bundle.header)
        return bundle

    def _merge(
        self, copy: Path, sha256: str, outcome: Outcome, bundle: Verified, *, progress: Progress = silent
    ) -> None:
        taken: list[receipts.TakenIn] = []
        if healing.said_again(self.home, bundle):
            self._needless(sha256, outcome, bundle)
            return
        words, at = healing.finding(self.home, bundle)
        if self.dry and at is not None:
            outcome.notices += [say("送回的 {dev} 的内容与本机的分成了两支；装入时会自动理顺。", dev=outcome.device)]
            return
        begun = [words] if self.dry and words else healing.prepare(self.home, bundle)
        source = (Path(outcome.file).name, sha256)
        try:
            with self.home.file.write() as c:
                was = changes.before(self.home)
                merged = merge(self.home, bundle, source, lambda wanted: self.worker.blobs(copy, wanted), progress)
                heard.ended(self.home, bundle.header)
                giving_back.keep(c, self.home, bundle.header)
                sure = not is_return(bundle.header) or giving_back.sure(self.home, bundle.header)
                taken = [receipts.take_in(c, self.home, *note, sure=sure) for note in merged.notes]
                healed = {dev for _, op, body in merged.notes if (dev := healing.told(self.home, op, body))}
                for dev in healed:
                    healing.follow(c, self.home, dev)
                parted = healing.part_numbers(c, self.home, bundle.header, merged.added)
                told = changes.told(self.home, was, merged)
                quarantine.settled(c, sha256)
                c.execute(tables.held.delete().where(tables.held.c.sha256 == sha256))
        except Problem as problem:
            if problem.exit_code == MEDIUM:
                raise
            self._set_apart(copy, sha256, outcome, problem)
            return
        outcome.settle("applied" if merged.last else "duplicate")
        outcome.new, outcome.changed, outcome.same = merged.new, merged.changed, merged.same
        outcome.conflicts, outcome.flagged = merged.conflicts, merged.flagged
        outcome.changes = told
        said = (begun or _relayed(self.home, bundle.header, outcome, merged)) + parted
        said += [notice for one in taken for notice in one.notices]
        outcome.notices += said + _remarks(merged.flagged, merged.newer)
        self.forks += [fork for one in taken for fork in one.forks]
        if any(said["type"] == "trust" for _, said, _ in merged.notes):
            self.worker.believe(trust_store.policy(self.home))
        if not self.dry:
            # A branch that was refused may be here by now: said again in another chain, or as the one the district kept.
            for dev in sorted(healed | ({outcome.device} if chain_to(outcome.device) else set())):
                healing.explain(self.home, dev, self.worker)
            sealed_files.drop(self.home, sealed_files.HELD, sha256)
            sealed_files.drop(self.home, sealed_files.QUARANTINE, sha256)

    def _needless(self, sha256: str, outcome: Outcome, bundle: Verified) -> None:
        """A return of what stands in another chain by now: nothing is changed, nothing waits for it."""
        with self.home.file.write() as c:
            quarantine.settled(c, sha256)
            c.execute(tables.held.delete().where(tables.held.c.sha256 == sha256))
        outcome.settle("duplicate")
        outcome.same = len(bundle.ops)
        if not self.dry:
            sealed_files.drop(self.home, sealed_files.HELD, sha256)
            sealed_files.drop(self.home, sealed_files.QUARANTINE, sha256)

    def _hold(self, copy: Path, sha256: str, outcome: Outcome, bundle: Verified) -> None:
        h = bundle.header
        if not self.dry:
            sealed_files.keep(self.home, sealed_files.HELD, copy, sha256)
        with self.home.file.write() as c:
            c.execute(
                tables.held.insert().prefix_with("OR REPLACE"),
                {
                    "sha256": sha256,
                    "bundle": h.bundle,
                    "file": Path(outcome.file).name,
                    "sender": h.sender,
                    "dev": h.device,
                    "first": h.first,
                    "last": h.last,
                    "at": clock.stamp(),
                },
            )
            quarantine.settled(c, sha256)
        outcome.outcome = "held"
        self._name_gap(outcome)

    def _name_gap(self, outcome: Outcome) -> None:
        gaps = gaps_before(self.home, outcome.device, outcome.first) or [(1, outcome.first - 1)]
        words = waiting_words(outcome.device, gaps)
        outcome.waiting_for = {"device": outcome.device, "first": gaps[0][0], "last": gaps[-1][1], "text": words}
        outcome.code, outcome.problem = "WAITING_FOR_EARLIER", words
        outcome.remedy = say("这个文件已保存，等前面的送到后自动合并；请向站点要缺少的部分，或让它“全部导出”。")
        outcome.exit_code = 2

    def _waiting(self, by_digest: dict[str, list[Outcome]]) -> None:
        """Merge held bundles whose gap has closed, oldest first, until nothing moves."""
        moved = True
        while moved:
            moved = False
            frontiers = self.home.journal.frontiers()
            with self.home.file.read() as c:
                rows = c.execute(tables.held.select().order_by(tables.held.c.dev, tables.held.c.first)).all()
            for row in rows:
                if row.first > frontiers.get(row.dev, (0, ""))[0] + 1:
                    continue
                told = by_digest.get(row.sha256) or [Outcome(row.file)]
                if not self._release(row.sha256, told[0]):
                    continue
                for again in told[1:]:  # the same file was given twice
                    again.__dict__.update({**told[0].__dict__, "file": again.file, "outcome": "duplicate"})
                moved = True
                break
            else:
                for outcome in (o for told in by_digest.values() for o in told if o.outcome == "held"):
                    self._name_gap(outcome)

    def _release(self, sha256: str, outcome: Outcome) -> bool:
        """Merge a held bundle; answers whether anything moved."""
        path = sealed_files.place(self.home, sealed_files.HELD, sha256)
        if self.dry:
            path = Path(outcome.file) if not path.exists() else path
        try:
            bundle = self._verified(path)
        except Problem as problem:
            # Lost with a restored backup, or its signer was revoked meanwhile: the station sends it again.
            with self.home.file.write() as c:
                c.execute(tables.held.delete().where(tables.held.c.sha256 == sha256))
            if problem.exit_code != MEDIUM:
                self._set_apart(path, sha256, outcome, problem)
            return True
        if self._waits(bundle):
            return False
        outcome.identify(bundle.header)
        self._merge(path, sha256, outcome, bundle)
        return True

    def _set_apart(self, copy: Path, sha256: str, outcome: Outcome, problem: Problem) -> None:
        outcome.refuse(problem, "quarantined")
        if not self.dry:
            sealed_files.keep(self.home, sealed_files.QUARANTINE, copy, sha256)
        with self.home.file.write() as c:
            c.execute(tables.held.delete().where(tables.held.c.sha256 == sha256))
            quarantine.add_bundle(self.home, sha256, (Path(outcome.file).name, outcome.sender, outcome.device), problem)
        if problem.code == "FORK" and not self.dry:
            healing.explain(self.home, outcome.device, self.worker)


def _relayed(home: Home, header: Header, outcome: Outcome, merged: Merged) -> list[str]:
    """One sentence when the other side brought what another computer wrote, or what was lost here."""
    if is_return(header) and outcome.outcome == "applied":
        ops = [*(op for op, _ in merged.about), *(op for _, op, _ in merged.notes)]
        return [contents.coming(header.sender, header.device, contents.count(ops).as_json())]
    if not brings_back(header) or not (outcome.new or outcome.changed):
        return []
    if chain_stem(header.device) == chain_stem(home.device):
        return [say("区级送回了本机缺少的 {dev} 的内容：新增{new}条，更改{changed}条。", dev=header.device, new=outcome.new, changed=outcome.changed)]  # fmt: skip
    return [say("本站另一台电脑（{dev}）写的内容已带到本机：新增{new}条，更改{changed}条。", dev=chain_stem(header.device), new=outcome.new, changed=outcome.changed)]  # fmt: skip


def _inside(progress: Progress, number: int, files: int, name: str) -> Progress:
    """Progress inside one of several files: the count of files stands, the text moves."""

    def told(done: int, total: int, text: str) -> None:
        progress(number, files, f"{name} {text} {done}/{total}")

    return told


def _remarks(flagged: int, newer: int) -> list[str]:
    remarks = []
    if flagged:
        remarks.append(say("有{n}条记录不合要求，已原样保存并列入隔离区，其余都已合并。", n=flagged))
    if newer:
        remarks.append(say("有{n}条由更新版本写成，已原样保存；更新本机程序后可以查看。", n=newer))
    return remarks
