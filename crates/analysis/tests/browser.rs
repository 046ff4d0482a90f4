//! The page in a real browser: it draws without errors, asks for nothing, its numbers are the recording's, and mouse and keyboard
//! do what it says.

mod support {
    pub mod browser;
    pub mod scenes;
}

use clrhost_analysis::{Analysis, FindingsOptions, PageOptions};
use clrhost_trace::{Direction, End, OPEN, Pause, Recording};
use std::fs;
use support::browser::{Browser, command};
use support::scenes::{HOSTILE, MS, S, Scene, hostile, million, service};

/// The page of a recording.
fn page(recording: &Recording) -> String {
    let analysis = Analysis::new(recording).unwrap();
    let findings = analysis.findings(FindingsOptions::default());
    let mut page = Vec::new();
    analysis.write_page(&findings, PageOptions::default(), &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// Runs with a page open, and gives what it complained of. Without a browser, says so, except where one has to be there.
fn complaints_of(page: &str, test: impl FnOnce(&mut Browser)) -> Option<Vec<String>> {
    let Some(command) = command() else {
        assert!(
            std::env::var_os("CLRHOST_NEEDS_BROWSER").is_none(),
            "no Chromium on this machine; `cargo xtask test` installs one"
        );
        eprintln!("no Chromium on this machine: not tested");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    fs::write(&file, page).unwrap();
    let mut browser = Browser::start(&command);
    browser.resize(1280, 800, false);
    browser.open(&file);
    test(&mut browser);
    Some(browser.complaints())
}

/// Runs with the recording's page open, which is to complain of nothing.
fn with_page(recording: &Recording, test: impl FnOnce(&mut Browser)) {
    let complaints = complaints_of(&page(recording), |browser| {
        test(browser);
        assert_eq!(browser.value("document.documentElement.dataset.failed ?? ''"), "");
    });
    assert_eq!(complaints.unwrap_or_default(), Vec::<String>::new());
}

/// The number in a tile, or in the sums of a table.
fn number(browser: &mut Browser, selector: &str) -> u64 {
    let value = browser.value(&format!("document.querySelector({selector:?}).dataset.value"));
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{selector}: {value}"))
}

#[track_caller]
fn assert_numbers(browser: &mut Browser, recording: &Recording) {
    let of = |direction| {
        let of = recording
            .calls
            .iter()
            .filter(move |call| recording.targets[call.target as usize].direction == direction);
        of.map(|call| call.duration_ns)
    };
    let returned = |direction| of(direction).filter(|&duration| duration != OPEN);
    for (place, tile, direction) in
        [("targets", "calls", Direction::Leave), ("callbacks", "callbacks", Direction::ReverseEnter)]
    {
        let calls = of(direction).count() as u64;
        assert_eq!(number(browser, &format!("[data-tile={tile}]")), calls);
        assert_eq!(number(browser, &format!("#threads-table [data-sum={tile}]")), calls);
        if calls > 0 {
            assert_eq!(number(browser, &format!("#{place}-table [data-sum=calls]")), calls);
            let total: u64 = returned(direction).sum();
            assert_eq!(number(browser, &format!("#{place}-table [data-sum=total_ns]")), total);
        }
    }
    let open = recording.calls.iter().filter(|call| call.duration_ns == OPEN).count() as u64;
    assert_eq!(number(browser, "[data-tile=open]"), open);
    assert_eq!(number(browser, "[data-tile=threads]"), recording.threads.len() as u64);
}

#[test]
fn the_numbers_on_the_page_are_the_recordings() {
    let recording = service();
    with_page(&recording, |browser| {
        assert_numbers(browser, &recording);
        let drawn =
            "threadLanes.flatMap(thread => thread.lanes).reduce((sum, lane) => sum + lane.began.length, 0)";
        assert_eq!(browser.value(drawn), recording.calls.len());
        let words = browser.value("document.getElementById('words-list').textContent");
        let words = words.as_str().unwrap();
        assert!(
            words.contains("12 thread-pool workers were inside libpq.so.5!PQexec at once for 4.1"),
            "{words}"
        );
        for (dark, light) in [(false, "light"), (true, "dark")] {
            browser.dark(dark);
            browser.picture(&format!("service-{light}"), false);
            for section in ["timeline", "flame", "threads", "latency"] {
                browser.value(&format!(
                    "document.getElementById('{section}').scrollIntoView({{ behavior: 'instant' }})"
                ));
                browser.settle();
                browser.picture(&format!("service-{light}-{section}"), false);
            }
            browser.value("scrollTo({ top: 0, behavior: 'instant' })");
        }
        browser.dark(false);
        browser.resize(390, 844, true);
        browser.picture("service-phone", false);
        for section in ["timeline", "targets", "latency"] {
            browser.value(&format!(
                "document.getElementById('{section}').scrollIntoView({{ behavior: 'instant' }})"
            ));
            browser.settle();
            browser.picture(&format!("service-phone-{section}"), false);
        }
        let wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(browser.value(wider), 0, "nothing sticks out on a phone");
    });
}

#[test]
fn a_million_calls_are_drawn_with_a_word_on_what_is_not() {
    let recording = million();
    assert_eq!(recording.calls.len(), 1_200_000);
    with_page(&recording, |browser| {
        assert_numbers(browser, &recording);
        let note = browser.value("document.getElementById('tl-note').textContent");
        let note = note.as_str().unwrap();
        assert!(note.contains("Of 1,200,000 calls the 200,000 longest are drawn"), "{note}");
        let drawn =
            "threadLanes.flatMap(thread => thread.lanes).reduce((sum, lane) => sum + lane.began.length, 0)";
        assert_eq!(browser.value(drawn), 200_000);
        let dense =
            "data.drawing.density.flat().reduce((sum, value, at) => sum + (at % 3 === 1 ? value : 0), 0)";
        assert_eq!(browser.value(dense), 1_000_000);
        browser.picture("million", false);
        browser.value("document.getElementById('timeline').scrollIntoView({ behavior: 'instant' })");
        browser.picture("million-timeline", false);
    });
}

#[test]
fn hostile_names_stay_names() {
    let recording = hostile();
    with_page(&recording, |browser| {
        assert_numbers(browser, &recording);
        // All that names can come up in: open rows, boxes, tips.
        browser.value("document.querySelectorAll('th[scope=row] button').forEach(button => button.click())");
        browser.value("document.querySelectorAll('.flame button').forEach(button => button.focus())");
        browser.settle();
        assert_eq!(browser.value("document.documentElement.dataset.owned ?? ''"), "");
        assert_eq!(browser.value("document.querySelectorAll('img').length"), 0);
        assert_eq!(browser.value("document.scripts.length"), 2);
        let text = browser.value("document.getElementById('targets-table').textContent");
        assert!(text.as_str().unwrap().contains(HOSTILE[0]), "{text}");
        let missing = browser.value("document.getElementById('missing-body').textContent");
        assert!(missing.as_str().unwrap().contains("35 calls were made and not recorded"), "{missing}");
        assert_eq!(browser.value("threadLosses.flat().reduce((sum, loss) => sum + loss.calls, 0)"), 35);
        assert_eq!(browser.value("document.getElementById('legend-lost').hidden"), false);
        browser.picture("hostile", true);
    });
}

#[test]
fn the_pages_policy_lets_nothing_in() {
    let evil = "<img src='https://localhost/x.png' onerror=\"document.documentElement.dataset.owned='yes'\">\
                <script>document.documentElement.dataset.owned = 'yes'</script></main>";
    let spoiled = page(&service()).replacen("</main>", evil, 1);
    let complaints = complaints_of(&spoiled, |browser| {
        assert_eq!(browser.value("document.querySelectorAll('img').length"), 1, "it is there");
        assert_eq!(browser.value("document.documentElement.dataset.owned ?? ''"), "", "and did nothing");
    });
    for complaint in complaints.into_iter().flatten() {
        assert!(complaint.contains("Content Security Policy"), "{complaint}");
    }
}

#[test]
fn an_empty_recording_has_a_page() {
    let recording = Recording::default();
    with_page(&recording, |browser| {
        assert_numbers(browser, &recording);
        browser.picture("empty", true);
    });
}

#[test]
fn numbers_of_any_size_are_drawn() {
    let mut scene = Scene::new();
    scene.recording.origin.began_unix_ns = u64::MAX;
    let (native, callback) = (scene.native("A.B", "liba.so", "b"), scene.callback("A.C"));
    let thread = scene.thread("user", None, u64::MAX);
    let nested = scene.thread("user", Some("deep"), 0);
    for (began, duration) in
        [(0, 0), (0, u64::MAX - 1), (1, 1), (u64::MAX - 5, 4), (u64::MAX, OPEN), (7, OPEN)]
    {
        scene.call(thread, native, began, duration);
    }
    for depth in 0..5_000 {
        scene.call(
            nested,
            if depth % 2 == 0 { native } else { callback },
            depth * 100,
            1_000_000 - 200 * depth,
        );
    }
    let pause = Pause { stopping_ns: u64::MAX, began_ns: u64::MAX, duration_ns: 9, ..Pause::default() };
    scene.recording.pauses.push(pause);
    let recording = scene.finish(End::Exit { at_ns: 3, code: -1 });
    with_page(&recording, |browser| {
        let calls = recording.calls.iter().filter(|call| call.target == native).count() as u64;
        assert_eq!(number(browser, "[data-tile=calls]"), calls);
        browser.value("document.getElementById('tl-scroll').focus()");
        for key in ["+", "ArrowRight", "n", "i", "Enter", "o", "p", "End", "Home", "0", "-"] {
            browser.press(key);
        }
        browser.picture("extremes", true);
    });
}

#[test]
fn hundreds_of_threads_are_scrolled_through() {
    let mut scene = Scene::new();
    let wait = scene.native("A.Wait", "liba.so", "a_wait");
    for number in 0..400 {
        let thread = scene.thread("threadpool_worker", Some(".NET TP Worker"), number * MS);
        scene.call(thread, wait, number * MS, (500 - number) * MS);
    }
    let recording = scene.finish(End::Exit { at_ns: S, code: 0 });
    with_page(&recording, |browser| {
        assert_numbers(browser, &recording);
        let shown = "document.querySelectorAll('#threads-table tbody tr').length";
        assert_eq!(browser.value(shown), 100);
        browser.value("document.querySelector('#threads-table p button').click()");
        assert_eq!(browser.value(shown), 400);
        browser.value("document.getElementById('timeline').scrollIntoView({ behavior: 'instant' })");
        browser.value("document.getElementById('tl-scroll').focus()");
        for _ in 0..30 {
            browser.press("ArrowDown");
        }
        assert!(browser.value("timeline.scroll.scrollTop").as_f64().unwrap() > 400.0);
        browser.picture("many-threads", false);
    });
}

#[test]
fn tables_sort_and_filter() {
    let recording = service();
    with_page(&recording, |browser| {
        let first = "document.querySelector('#targets-table tbody th').textContent";
        let by_total = browser.value(first);
        assert!(by_total.as_str().unwrap().contains("PQexec"), "{by_total}");
        browser.value("document.querySelectorAll('#targets-table thead button')[1].click()");
        let order = "[...document.querySelectorAll('#targets-table tbody tr')].map(row => Number(row.children[1].dataset.value))";
        let calls: Vec<u64> = serde_json::from_value(browser.value(order)).unwrap();
        assert!(calls.len() > 5 && calls.is_sorted_by(|a, b| a >= b), "{calls:?}");
        browser.value("document.querySelectorAll('#targets-table thead button')[1].click()");
        let calls: Vec<u64> = serde_json::from_value(browser.value(order)).unwrap();
        assert!(calls.is_sorted(), "{calls:?}");

        browser.value("const field = document.querySelector('#targets-table input'); field.value = 'sqlite'; field.dispatchEvent(new Event('input'))");
        let sqlite = |target: u32| {
            recording.targets[target as usize]
                .symbol
                .as_deref()
                .is_some_and(|name| name.starts_with("sqlite3"))
        };
        let expected = recording.calls.iter().filter(|call| sqlite(call.target)).count() as u64;
        assert_eq!(number(browser, "#targets-table [data-sum=calls]"), expected);
        assert_eq!(browser.value("document.querySelectorAll('#targets-table tbody tr').length"), 3);
        browser.value("document.querySelector('#targets-table tbody button').click()");
        assert_eq!(browser.value("document.querySelectorAll('#targets-table tr.opened svg').length"), 1);
        browser.value("document.getElementById('targets').scrollIntoView({ behavior: 'instant' })");
        browser.picture("table-opened", false);
    });
}

#[test]
fn the_timeline_obeys_keyboard_and_mouse() {
    let recording = service();
    with_page(&recording, |browser| {
        browser.value("document.getElementById('timeline').scrollIntoView({ behavior: 'instant' }); document.getElementById('tl-scroll').focus()");
        let seen = "[timeline.view.from, timeline.view.to]";
        let whole: [f64; 2] = serde_json::from_value(browser.value(seen)).unwrap();
        assert_eq!(whole, [0.0, 6e9]);
        browser.press("+");
        let near: [f64; 2] = serde_json::from_value(browser.value(seen)).unwrap();
        assert!(near[0] > 0.0 && near[1] - near[0] < 4e9, "{near:?}");
        browser.press("ArrowRight");
        let later: [f64; 2] = serde_json::from_value(browser.value(seen)).unwrap();
        assert!(later[0] > near[0], "{later:?}");
        browser.press("0");
        for _ in 0..4 {
            browser.press("ArrowDown");
        }
        browser.press("n");
        browser.press("n");
        let detail = "document.getElementById('tl-detail').textContent";
        let chosen = browser.value(detail);
        assert!(chosen.as_str().unwrap().contains("PQexec"), "{chosen}");
        browser.press("Enter");
        let zoomed: [f64; 2] = serde_json::from_value(browser.value(seen)).unwrap();
        assert!(zoomed[1] - zoomed[0] < 50e6, "{zoomed:?}");
        browser.press("0");

        // The report thread's calls nest: into the step, into its callback.
        let place = browser.value(
            "(() => { const { rows, head, LANE } = timeline.geometry(); const row = rows.find(row => data.threads[row.thread].name === 'nightly report'); \
             const box = timeline.canvas.getBoundingClientRect(); const lane = threadLanes[row.thread].lanes[0]; \
             let at = 0; while (lane.ended[at] - lane.began[at] < 300e6) at++; \
             return [box.left + timeline.xOf((lane.began[at] + lane.ended[at]) / 2), box.top + head + row.top + LANE / 2 - timeline.scroll.scrollTop]; })()",
        );
        let [x, y]: [f64; 2] = serde_json::from_value(place).unwrap();
        browser.mouse("mouseMoved", x, y);
        let tip = browser
            .value("document.getElementById('tip').hidden ? '' : document.getElementById('tip').textContent");
        assert!(tip.as_str().unwrap().contains("libfasthash.so!fh_update"), "{tip}");
        browser.picture("timeline-tip", false);
        browser.mouse("mousePressed", x, y);
        browser.mouse("mouseReleased", x, y);
        let chosen = browser.value(detail);
        assert!(chosen.as_str().unwrap().contains("380 ms"), "{chosen}");
        browser.mouse("mouseMoved", x - 300.0, y);

        browser.value("timeline.view.from = 1.0e9; timeline.view.to = 1.06e9; timeline.draw()");
        browser.value("document.getElementById('find').value = 'sqlite'; document.getElementById('find').dispatchEvent(new Event('input'))");
        browser.settle();
        browser.picture("timeline-near", false);
    });
}

#[test]
fn the_flame_graph_zooms() {
    let recording = service();
    with_page(&recording, |browser| {
        browser.value("document.getElementById('flame').scrollIntoView({ behavior: 'instant' })");
        browser.picture("flame", false);
        let boxes = "document.querySelectorAll('.flame button').length";
        let before = browser.value(boxes).as_u64().unwrap();
        browser.value("[...document.querySelectorAll('.flame button')].find(button => button.ariaLabel.startsWith('libsqlite3.so.0!sqlite3_step')).click()");
        let after = browser.value("[...document.querySelectorAll('.flame button')].map(button => [button.ariaLabel.split('. ')[0], parseFloat(button.style.width)])");
        let after: Vec<(String, f64)> = serde_json::from_value(after).unwrap();
        assert_eq!(after[0], ("libsqlite3.so.0!sqlite3_step".to_owned(), 100.0));
        assert!(
            after.iter().any(|(name, width)| name.contains("CompareNames") && *width > 20.0),
            "{after:?}"
        );
        assert!(after.iter().all(|(name, _)| !name.contains("PQexec")), "{after:?}");
        browser.picture("flame-near", false);
        browser.press("Escape");
        assert_eq!(browser.value(boxes).as_u64().unwrap(), before);
    });
}
