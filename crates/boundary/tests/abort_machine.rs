//! When a task may be aborted, against a reference: a list of the regions that are open, and what became of each request.

#![cfg(not(loom))]

use clrhost_boundary::{AbortRequest, AbortState, Hresult, RegionEnd};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

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
        3 => Just(Step::Accept),
        3 => Just(Step::Finish),
        1 => Just(Step::TaskEnds),
    ]
}

/// What became of the request that is open, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Request {
    Held,
    HandedOver { accepted: bool },
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
                self.request = Some(Request::HandedOver { accepted: false });
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
            self.request = Some(Request::HandedOver { accepted: false });
        }
        Ok(RegionEnd { outermost: self.open(region) == 0, deliver })
    }

    /// A region that begins now would wait.
    fn is_on_its_way(&self) -> bool {
        self.request == Some(Request::HandedOver { accepted: false })
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
                    reference.regions.push(region);
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
                Step::Accept => {
                    abort.accepted();
                    if let Some(Request::HandedOver { accepted }) = &mut reference.request {
                        *accepted = true;
                    }
                }
                Step::Finish => {
                    abort.finished();
                    if matches!(reference.request, Some(Request::HandedOver { .. })) {
                        reference.request = None;
                    }
                }
                Step::TaskEnds => {
                    abort.ended();
                    (reference.request, reference.has_ended) = (None, true);
                }
            }
            prop_assert_eq!(abort.is_requested(), reference.request.is_some());
            prop_assert_eq!(abort.has_ended(), reference.has_ended);
            prop_assert_eq!(abort.delays(), reference.open(Region::Managed) as u64);
        }
    }
}
