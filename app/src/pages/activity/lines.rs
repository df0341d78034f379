//! Lines of the log as they are drawn: equal ones that follow each other are one, and each day has its own.

use model::Timestamp;
use model::event::EventView;

/// Lines that say the same, one after the other. The newest stands for all.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) newest: EventView,
    pub(super) count: usize,
    pub(super) since: Timestamp,
}

/// One day, the newest group first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Day {
    pub(super) day: chrono::NaiveDate,
    pub(super) groups: Vec<Group>,
}

/// `events` are the newest first.
pub(super) fn days(events: &[EventView]) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for event in events {
        let day = event.at.date_naive();
        if days.last().is_none_or(|last| last.day != day) {
            days.push(Day { day, groups: Vec::new() });
        }
        let Some(groups) = days.last_mut().map(|last| &mut last.groups) else { continue };
        match groups.last_mut().filter(|group| is_alike(&group.newest, event)) {
            Some(group) => {
                group.count += 1;
                group.since = event.at;
            }
            None => groups.push(Group { newest: event.clone(), count: 1, since: event.at }),
        }
    }
    days
}

fn is_alike(one: &EventView, other: &EventView) -> bool {
    one.text == other.text && one.subject == other.subject && one.cause == other.cause
}

/// The newest lines that were just read, before those that are known. Between them nothing may be missing: if they do not
/// meet, the known ones are left.
pub(super) fn joined(fresh: Vec<EventView>, known: &[EventView]) -> (Vec<EventView>, bool) {
    let Some(oldest) = fresh.last().map(|event| event.number) else { return (fresh, false) };
    let meets = known.first().is_some_and(|newest| newest.number >= oldest);
    if !meets {
        return (fresh, false);
    }
    let older = known.iter().filter(|event| event.number < oldest).cloned();
    (fresh.into_iter().chain(older).collect(), true)
}

#[cfg(test)]
mod tests {
    use model::event::{Cause, Cursor, Event, EventKind, Happening, Subject, Way, Who};
    use model::id::ClusterId;
    use model::version::{Era, EventNumber};

    use super::*;

    fn event(number: u64, hours: i64, text: &str) -> EventView {
        let number = EventNumber(number);
        let cause = Cause { who: Who::Dockhost, way: Way::None, address: None };
        let (subject, kind) = (Subject::Installation, EventKind::Invited);
        let happening = Happening { cause, subject, owner: None, node: None, kind };
        let at = Timestamp::UNIX_EPOCH + chrono::TimeDelta::hours(hours);
        let cursor = Cursor { cluster: ClusterId::from_bits(1), era: Era(1), number };
        EventView::of(cursor, text.to_owned(), Event { number, at, happening })
    }

    #[test]
    fn equal_lines_of_a_day_are_one() {
        let all = [event(5, 26, "b"), event(4, 25, "a"), event(3, 24, "a"), event(2, 23, "a"), event(1, 22, "c")];
        let days = days(&all);
        let drawn: Vec<Vec<(&str, usize)>> =
            days.iter().map(|day| day.groups.iter().map(|g| (g.newest.text.as_str(), g.count)).collect()).collect();
        assert_eq!(drawn, [vec![("b", 1), ("a", 2)], vec![("a", 1), ("c", 1)]]);
        assert_eq!(days[0].groups[1].since, all[2].at);
    }

    #[test]
    fn fresh_lines_are_joined_to_those_that_are_known_or_take_their_place() {
        let numbers = |events: &[EventView]| events.iter().map(|event| event.number.0).collect::<Vec<_>>();
        let known = [event(3, 1, "x"), event(2, 1, "x"), event(1, 1, "x")];
        let (all, met) = joined(vec![event(4, 1, "x"), event(3, 1, "counted up")], &known);
        assert_eq!((numbers(&all), met), (vec![4, 3, 2, 1], true));
        assert_eq!(all[1].text, "counted up");
        let (all, met) = joined(vec![event(9, 1, "x"), event(8, 1, "x")], &known);
        assert_eq!((numbers(&all), met), (vec![9, 8], false));
        assert_eq!(joined(Vec::new(), &known).0, []);
    }
}
