"""Automatic backups: dense lately, sparse long ago, and never more than disks bear."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from studio_desk.kernel.clock import CHINA
from studio_desk.store.thinning import DAILY, MONTHLY, WEEKLY, thin

NOW = datetime(2026, 11, 22, 11, 55, tzinfo=CHINA)
MOMENTS = st.integers(-2000 * 1440, 30 * 1440).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(st.lists(MOMENTS, max_size=120))
def test_it_keeps_the_newest_all_recent_ones_and_a_bounded_rest(times):
    kept = thin(times, NOW)
    assert kept <= set(times)
    if times:
        assert max(times) in kept
    recent = {t for t in times if t.date() >= NOW.date() - timedelta(days=1)}
    assert recent <= kept
    assert len(kept - recent) <= DAILY + WEEKLY + MONTHLY
    old_days = [t.date() for t in kept - recent]
    assert len(old_days) == len(set(old_days))


@given(st.lists(MOMENTS, max_size=120))
def test_thinning_twice_or_in_another_order_is_thinning_once(times):
    kept = thin(times, NOW)
    assert thin(kept, NOW) == kept
    assert thin(reversed(times), NOW) == kept


@given(st.lists(MOMENTS, min_size=1, max_size=60))
def test_of_a_day_it_keeps_the_last(times):
    for kept in thin(times, NOW):
        if kept.date() < NOW.date() - timedelta(days=1):
            assert kept == max(t for t in times if t.date() == kept.date())


def test_three_years_of_daily_work_leave_days_weeks_and_months():
    held: set[datetime] = set()
    start = datetime(2024, 1, 1, 9, tzinfo=CHINA)
    for day in range(3 * 365):
        for hour in (0, 3, 8):
            now = start + timedelta(days=day, hours=hour)
            held = thin({*held, now}, now)
    ages = sorted((now - t).days for t in held)
    assert len(held) <= 6 + DAILY + WEEKLY + MONTHLY
    assert set(range(DAILY + 2)) <= set(ages)
    gaps = [later - earlier for earlier, later in pairwise(ages)]
    assert max(gaps) <= 62
    assert ages[-1] >= 9 * 30
