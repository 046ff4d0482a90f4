//! When a task may be aborted, against a reference: a list of the regions that are open, and what became of each request.

#![cfg(not(loom))]

use clrhost_boundary::{AbortRequest, AbortState, Hresult, RegionEnd, Stop};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Region {
    Managed,
    Hosts,
}

#[derive(Clone, Debug)]
enum Step {
    Request,
    Begin(Region),
    End(Region),
    /// The engine awaits a stop of the task.
    AwaitStop,
    /// It looks whether there is one.
    Look,
    /// It takes the task as it is.
    ForceStop,
    /// The runtime takes what was handed to it.
    Accept,
    /// It is thrown, or could not be.
    Finish,
    TaskEnds,
}

fn any_step() -> impl Strategy<Value = Step> {
    let region = prop_oneof![Just(Region::Managed), Just(Region::Hosts)];
    prop_oneof![
        6 => Just(Step::Request),
        4 => region.clone().prop_map(Step::Begin),
        4 => region.prop_map(Step::End),
        3 => Just(Step::AwaitStop),
        2 => Just(Step::Look),
        2 => Just(Step::ForceStop),
        3 => Just(Step::Accept),
        3 => Just(Step::Finish),
        1 => Just(Step::TaskEnds),
    ]
}

/// What became of the request that is open, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Request {
    Held,
    OnItsWay,
    AwaitsStop,
    IsHandedOver,
    Accepted,
}

#[derive(Default)]
struct Reference {
    regions: Vec<Region>,
    request: Option<Request>,
    has_ended: bool,
}

impl Reference {
    fn open(&self, region: Region) -> usize {
        self.regions.iter().filter(|&&it| it == region).count()
    }

    fn request(&mut self) -> AbortRequest {
        match self.request {
            _ if self.has_ended => AbortRequest::Ended,
            Some(_) => AbortRequest::AlreadyRequested,
            None if self.regions.is_empty() => {
                self.request = Some(Request::OnItsWay);
                AbortRequest::Deliver
            }
            None => {
                self.request = Some(Request::Held);
                AbortRequest::Held
            }
        }
    }

    fn end(&mut self, region: Region) -> Result<RegionEnd, Hresult> {
        let last = self.regions.iter().rposition(|&it| it == region).ok_or(Hresult::E_UNEXPECTED)?;
        self.regions.remove(last);
        let deliver = self.regions.is_empty() && self.request == Some(Request::Held);
        if deliver {
            self.request = Some(Request::OnItsWay);
        }
        Ok(RegionEnd { outermost: self.open(region) == 0, deliver })
    }

    /// A region that begins now would wait.
    fn is_on_its_way(&self) -> bool {
        matches!(self.request, Some(Request::OnItsWay | Request::IsHandedOver))
    }

    fn begin(&mut self, region: Region) {
        self.regions.push(region);
        if self.request == Some(Request::AwaitsStop) {
            self.request = Some(Request::Held);
        }
    }

    fn stop(&self) -> Stop {
        match self.request {
            Some(Request::IsHandedOver) => Stop::Made,
            Some(Request::AwaitsStop) => Stop::Awaited,
            _ => Stop::Withdrawn,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 1000 },
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("proptest-regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_answer_is_the_references(steps in prop::collection::vec(any_step(), 1..60)) {
        let (abort, mut reference) = (AbortState::default(), Reference::default());
        for step in steps {
            match step {
                Step::Request => prop_assert_eq!(abort.request(), reference.request()),
                // Another thread would have to end its wait: the models do that.
                Step::Begin(_) if reference.is_on_its_way() => {}
                Step::Begin(region) => {
                    reference.begin(region);
                    match region {
                        Region::Managed => {
                            prop_assert_eq!(abort.begin_delay(), reference.open(Region::Managed) == 1);
                        }
                        Region::Hosts => abort.begin_prevent(),
                    }
                }
                Step::End(Region::Managed) => {
                    prop_assert_eq!(abort.end_delay(), reference.end(Region::Managed));
                }
                Step::End(Region::Hosts) => {
                    prop_assert_eq!(abort.end_prevent(), reference.end(Region::Hosts));
                }
                Step::AwaitStop => {
                    abort.await_stop();
                    if reference.request == Some(Request::OnItsWay) {
                        reference.request = Some(Request::AwaitsStop);
                    }
                }
                Step::Look => prop_assert_eq!(abort.stop(Duration::ZERO), reference.stop()),
                Step::ForceStop => {
                    if reference.request == Some(Request::AwaitsStop) {
                        reference.request = Some(Request::IsHandedOver);
                    }
                    prop_assert_eq!(abort.force_stop(), reference.stop());
                }
                Step::Accept => {
                    abort.accepted();
                    if reference.is_on_its_way() {
                        reference.request = Some(Request::Accepted);
                    }
                }
                Step::Finish => {
                    abort.finished();
                    if reference.request != Some(Request::Held) {
                        reference.request = None;
                    }
                }
                Step::TaskEnds => {
                    abort.ended();
                    (reference.request, reference.has_ended) = (None, true);
                }
            }
            prop_assert_eq!(abort.is_requested(), reference.request.is_some());
            let stops = matches!(reference.request, Some(Request::AwaitsStop | Request::IsHandedOver));
            prop_assert_eq!(abort.is_stop_awaited(), stops);
            prop_assert_eq!(abort.has_ended(), reference.has_ended);
            prop_assert_eq!(abort.delays(), reference.open(Region::Managed) as u64);
        }
    }
}
