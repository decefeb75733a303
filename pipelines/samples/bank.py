"""What a real call centre is like: figures of the "Anonymous Bank" log, no row of it.

Source: the call-by-call log of a bank's call centre in Israel, January to July 1999, by I. Guedj and A. Mandelbaum,
Technion ("The data is free for use ... do acknowledge the data source"). Computed over its rows with outcome AGENT or
HANG and a wait of at most an hour: 249,942 calls, 196,364 answered. A curve is a list of (share of the calls in
millionths, seconds).
"""

from pipelines.samples.chance import Curve

# share of the arrivals in each hour of the day, Sunday to Thursday, in hundred-thousandths
HOUR_SHARE = (
    323, 136, 59, 29, 26, 70, 385, 2712, 5899, 7384, 8577, 7546, 6874, 7413, 7792, 7661, 7920, 6419, 5156, 4064, 3715,
    3743, 3398, 2699,
)  # fmt: skip

# calls a day, by the day's place in the working week: the first day, then the four after it
# (Sunday 1753, Monday 1493, Tuesday 1508, Wednesday 1430, Thursday 1493)
WEEKDAY_CALLS = (1753, 1493, 1508, 1430, 1493)

# in ten-thousandths: answered without a wait; hung up within the same second
ANSWERED_AT_ONCE = 3981
HUNG_UP_AT_ONCE = 2581

_AT = (
    0, 50_000, 100_000, 200_000, 300_000, 400_000, 500_000, 600_000, 700_000, 800_000, 900_000, 950_000, 980_000,
    990_000, 995_000, 1_000_000,
)  # fmt: skip


def _curve(*seconds: int) -> Curve:
    return Curve(tuple(zip(_AT, seconds, strict=True)))


# waits above 0 s: of callers who were answered (mean 103), and of those who hung up (mean 77)
ANSWERED_WAIT = _curve(1, 8, 12, 23, 35, 49, 67, 92, 124, 168, 242, 314, 414, 489, 568, 2193)
HANG_WAIT = _curve(1, 6, 9, 14, 21, 34, 50, 62, 84, 119, 178, 240, 335, 427, 526, 2733)
# time with the agent (mean 189) and time in the voice menu (mean 9), above 0 s
TALK = _curve(1, 7, 23, 48, 68, 89, 115, 148, 196, 271, 429, 619, 905, 1139, 1432, 3594)
MENU = _curve(1, 5, 5, 5, 6, 6, 6, 9, 10, 10, 14, 17, 26, 38, 73, 600)
