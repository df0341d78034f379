use super::*;

/// What one end counted: segments, those sent again, bytes delivered, bytes received.
fn counted([segments, again, delivered_bytes, received_bytes]: [u64; 4]) -> Option<Counted> {
    Some(Counted { segments, again, delivered_bytes, received_bytes })
}

fn reading(seconds: u64, here: Option<Counted>, there: Option<Counted>) -> Reading {
    Reading { at: Instant(Duration::from_secs(seconds)), here, there }
}

fn meter(readings: impl IntoIterator<Item = Reading>) -> Meter {
    let mut meter = Meter::default();
    readings.into_iter().for_each(|one| meter.note(one));
    meter
}

#[test]
fn a_rate_is_what_came_since_the_heartbeat_before() {
    let readings = [(0, 0, 0), (5, 1_000_000, 50), (10, 1_500_000, 100)];
    let mut meter = meter(readings.map(|(at, to, from)| reading(at, counted([0, 0, to, from]), None)));
    let Flows { to_node, from_node } = meter.view();
    assert_eq!((to_node.bytes_per_second, from_node.bytes_per_second), (Some(100_000), Some(10)));
    meter.note(reading(15, counted([0, 0, 1_500_000, 100]), None));
    assert_eq!(meter.view().to_node.bytes_per_second, Some(0), "nothing flows any more");
}

#[test]
fn one_reading_tells_nothing_and_neither_do_two_at_once() {
    let mut meter = meter([reading(7, counted([900, 9, 900, 900]), None)]);
    assert_eq!(meter.view(), Flows::default());
    meter
        .note(Reading { at: Instant(Duration::from_millis(7_020)), ..reading(0, counted([901, 9, 5_000, 900]), None) });
    assert_eq!(meter.view(), Flows::default());
    meter.note(reading(8, counted([910, 9, 6_900, 900]), None));
    assert_eq!(meter.view().to_node.bytes_per_second, Some(6_000), "from the reading that is far enough away");
}

#[test]
fn loss_is_the_share_that_was_sent_again_in_each_direction() {
    let meter = meter([
        reading(0, counted([10_000, 400, 0, 0]), counted([500, 500, 0, 0])),
        reading(5, counted([12_000, 500, 0, 0]), counted([1_500, 503, 0, 0])),
    ]);
    let Flows { to_node, from_node } = meter.view();
    assert_eq!((to_node.loss_percent, from_node.loss_percent), (Some(5.0), Some(0.3)));
}

#[test]
fn a_quiet_link_tells_of_its_loss_over_a_while_and_a_busy_one_at_once() {
    let quiet = |to: u64| meter((0..=to).map(|n| reading(5 * n, counted([2 * n, n / 25, 0, 0]), None)));
    assert_eq!(quiet(49).view().to_node.loss_percent, None, "98 segments are too few");
    assert_eq!(quiet(50).view().to_node.loss_percent, Some(2.0));
    assert_eq!(quiet(1_000).readings.len(), 61, "five minutes and no more");

    let mut busy = meter((0..10).map(|n| reading(5 * n, counted([50_000 * n, 2_500 * n, 0, 0]), None)));
    assert_eq!(busy.view().to_node.loss_percent, Some(5.0));
    busy.note(reading(50, counted([451_000, 22_500, 0, 0]), None));
    assert_eq!(busy.view().to_node.loss_percent, Some(0.0), "what was before no longer counts");
}

#[test]
fn counts_that_go_backwards_begin_anew() {
    let mut meter = meter([
        reading(0, counted([1_000, 100, 9_000, 0]), counted([1_000, 0, 0, 0])),
        reading(5, counted([3_000, 200, 99_000, 0]), counted([3_000, 0, 0, 0])),
    ]);
    assert_eq!(meter.view().to_node.loss_percent, Some(5.0));
    // The node's program was started anew, on a connection that the server still takes for the same.
    meter.note(reading(10, counted([3_100, 200, 99_900, 0]), counted([4, 1, 0, 0])));
    assert_eq!(meter.view(), Flows::default());
    meter.note(reading(15, counted([3_300, 202, 100_900, 0]), counted([204, 3, 0, 0])));
    let Flows { to_node, from_node } = meter.view();
    assert_eq!((to_node.loss_percent, from_node.loss_percent), (Some(1.0), Some(1.0)));
    assert_eq!(to_node.bytes_per_second, Some(200));
}

#[test]
fn a_system_that_does_not_tell_leaves_what_the_other_end_knows() {
    let meter = meter([reading(0, None, counted([0, 0, 0, 0])), reading(5, None, counted([200, 2, 5_000, 50_000]))]);
    let Flows { to_node, from_node } = meter.view();
    assert_eq!(to_node, Flow { bytes_per_second: Some(10_000), loss_percent: None });
    assert_eq!(from_node, Flow { bytes_per_second: Some(1_000), loss_percent: Some(1.0) });
    assert_eq!(super::tests::meter([reading(0, None, None), reading(5, None, None)]).view(), Flows::default());
}

#[test]
fn whatever_a_node_says_a_share_is_a_share() {
    let meter = meter([
        reading(0, None, counted([0, 0, 0, 0])),
        reading(5, None, counted([1_000, u64::MAX, u64::MAX, u64::MAX])),
    ]);
    assert_eq!(meter.view().from_node.loss_percent, Some(100.0));
    assert_eq!(meter.view().from_node.bytes_per_second, Some(u64::MAX / 5));
}
