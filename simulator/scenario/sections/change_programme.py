"""The change programme: training, champions and campaigns that help people, and how much else they have to bear."""

from simulator.scenario.numbers.number_kinds import ChampionsPer100, Factor, PerYear, Share, UsersPerWeek, Weeks
from simulator.scenario.numbers.section import Section, believed, stated


class Training(Section):
    """Training before go-live, with a capacity for the whole organisation."""

    users_per_week: UsersPerWeek = stated(100, "Users that can be trained, organisation-wide (per week).")
    weeks_before_go_live: Weeks = stated(
        6, "Training of a site begins this long before its planned go-live (weeks); what is left follows afterwards."
    )


class Champions(Section):
    """Colleagues at each site who show others how to use the system."""

    beliefs = "change_programme.champions"

    per_100_users: ChampionsPer100 = stated(1, "Champions per 100 users of a site (people).")
    word_of_mouth_gain: Factor = believed(
        "Word of mouth is multiplied by 1 + this gain * champions per 100 users (factor).",
    )


class Campaign(Section):
    """A time after each site's go-live in which people are asked to start."""

    beliefs = "change_programme.campaign"

    weeks: Weeks = stated(6, "Length after a site's go-live (weeks).")
    onset_factor: Factor = believed(
        "Multiplies users.segments.onset_per_week while it runs (factor).",
    )


class ChangeLoad(Section):
    """What else changes for people: they bear only so many changes at once."""

    beliefs = "change_programme.load"

    other_changes_per_year: PerYear = believed(
        "What else the organisation changes for its people, beside the system and those it builds on (per year).",
    )
    willingness_lost_per_change: Share = believed(
        "Share of the onset hazard that each change of a year beyond the second takes away (share).",
    )


class ChangeProgramme(Section):
    """What is done so that people take to the system, and what happens where it is not done."""

    beliefs = "change_programme"

    ideal: bool = stated(
        default=False,
        description="Whether every site has the pilot's mix of segments, all trained, without change load "
        "(mechanism switched off).",
    )
    untrained_onset_factor: Factor = believed("Multiplies the onset hazard of untrained users (factor).")
    untrained_question_factor: Factor = believed(
        "Multiplies how-to questions of untrained new users (factor).",
    )
    spoiling: Factor = believed(
        "Word of mouth and returns use the active share minus this times the reverted share, at least 0 (factor).",
    )
    training: Training | None = stated(
        None,
        "Training; null: everybody is trained when their site goes live (cost per user still counts).",
        unless="change_programme.ideal",
    )
    champions: Champions | None = stated(None, "Champions; null: none.")
    campaign: Campaign | None = stated(None, "Campaign after each site's go-live; null: none.")
    load: ChangeLoad | None = believed(
        "Change load; null: people bear any number of changes.",
        unless="change_programme.ideal",
    )
