"""Which courses a person has: by age, sex and chance; the test persons have one of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from dev.generator import structured
from dev.population.courses import chronic, episodes
from dev.population.subject import Course, Subject, Visit

Named = dict[str, Course]

CHRONIC: Named = {
    "diabetes": chronic.diabetes,
    "thyroid": chronic.thyroid,
    "kidney": chronic.kidney,
    "iron": chronic.iron,
    "arthritis": chronic.arthritis,
    "heart": chronic.heart,
    "warfarin": chronic.warfarin,
    "lithium": chronic.lithium,
    "lipids": chronic.lipids,
}
_CHRONIC_SHARE: dict[str, tuple[int, float]] = {  # from which age, and how common
    "diabetes": (40, 0.08),
    "thyroid": (25, 0.06),
    "kidney": (65, 0.07),
    "iron": (15, 0.05),
    "arthritis": (30, 0.03),
    "heart": (68, 0.08),
    "warfarin": (70, 0.03),
    "lithium": (25, 0.01),
    "lipids": (45, 0.14),
}
EPISODES: Named = {
    "urinary": episodes.urinary,
    "wound": episodes.wound,
    "airway": episodes.airway,
    "stomach": episodes.stomach,
    "serology": episodes.serology,
    "genes": episodes.genes,
}
_EPISODE_SHARE = {
    "urinary": 0.10,
    "wound": 0.06,
    "airway": 0.22,
    "stomach": 0.04,
    "serology": 0.12,
    "genes": 0.04,
}
_BIOPSIES = {"nevus": 16, "basal": 50, "colon": 45, "gastric": 30}
_IMAGES = {"knee": 16, "head": 16, "spine": 30, "abdomen": 30, "lungs": 55, "myocardium": 50}


def ordinary(subject: Subject) -> Named:
    """The courses of a person of the population."""
    rng = subject.random("courses")
    chosen: Named = {}
    if subject.age >= 18:
        chosen["checkup"] = episodes.checkup
    else:
        chosen["childhood"] = episodes.childhood
    for name, (age, share) in _CHRONIC_SHARE.items():
        if rng.random() < share and subject.age >= age:
            chosen[name] = CHRONIC[name]
    for name, share in _EPISODE_SHARE.items():
        if rng.random() < share:
            chosen[name] = EPISODES[name]
    return chosen | _of_sex(subject) | _examinations(subject)


def _of_sex(subject: Subject) -> Named:
    rng = subject.random("sex")
    chosen: Named = {}
    if 16 <= subject.age <= 30 and rng.random() < 0.5:
        chosen["genital"] = episodes.genital
    if subject.sex == 2 and 25 <= subject.age <= 69 and rng.random() < 0.7:
        chosen["cervix"] = episodes.cervix
    if subject.sex == 2 and 22 <= subject.age <= 42 and rng.random() < 0.25:
        chosen["pregnancy"] = episodes.pregnancy
    if subject.sex == 1 and subject.age >= 55 and rng.random() < 0.15:
        chosen["prostate"] = episodes.prostate
    return chosen


def _examinations(subject: Subject) -> Named:
    rng = subject.random("examinations")
    chosen: Named = {}
    for kind, age in _BIOPSIES.items():
        if rng.random() < 0.06 and subject.age >= age:
            chosen[f"biopsy-{kind}"] = partial(episodes.biopsy, kind=kind)
    for kind, age in _IMAGES.items():
        if rng.random() < 0.07 and subject.age >= age:
            chosen[f"image-{kind}"] = partial(episodes.imaging, kind=kind)
    return chosen


def everything(subject: Subject) -> Named:
    """One of every kind that fits the person, for those one logs in as or looks up in a demonstration."""
    chosen: Named = dict(EPISODES)
    chosen |= {"unusual": _unusual, "biopsy-nevus": partial(episodes.biopsy, kind="nevus")}
    chosen |= {f"image-{k}": partial(episodes.imaging, kind=k) for k in ("knee", "head", "abdomen")}
    if subject.age < 18:
        chosen["childhood"] = episodes.childhood
        chosen["iron"] = chronic.iron
        return chosen
    chosen |= {"checkup": episodes.checkup, "waiting": episodes.waiting}
    chosen |= {n: CHRONIC[n] for n in _persona_series(subject)}
    chosen |= {f"biopsy-{k}": partial(episodes.biopsy, kind=k) for k in ("basal", "colon")}
    chosen["image-myocardium"] = partial(episodes.imaging, kind="myocardium")
    if subject.sex == 2:
        chosen |= {"cervix": episodes.cervix}
    else:
        chosen |= {"prostate": episodes.prostate}
    return chosen


def _persona_series(subject: Subject) -> tuple[str, ...]:
    """Two long series each, different from person to person."""
    pairs = (("diabetes", "lithium"), ("thyroid", "iron"), ("kidney", "lipids"))
    return pairs[subject.index % 3]


def _unusual(subject: Subject) -> Iterator[Visit]:
    """The rarer forms of result."""
    rng = subject.random("unusual")
    yield Visit(ago=rng.randint(40, 400), name="forms", make=structured.unusual)
    yield Visit(ago=rng.randint(40, 400), name="long", make=structured.long_text)
