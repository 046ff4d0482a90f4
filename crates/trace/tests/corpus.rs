//! Files that the fuzzer found worth keeping (`fuzz/corpus`) are read without a panic, by every build of the tests.

use clrhost_trace::Reader;
use std::fs;
use std::io::Cursor;
use std::path::Path;

#[test]
fn the_corpus_is_survived() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/file");
    let (mut read, mut refused) = (0, 0);
    for entry in fs::read_dir(corpus).expect("the corpus is checked in") {
        let path = entry.expect("a file of the corpus").path();
        let bytes = fs::read(&path).expect("a file of the corpus");
        match Reader::from_file(Cursor::new(bytes)) {
            Ok(reader) => {
                reader.into_recording().expect("memory can be read");
                read += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(read > 20 && refused > 0, "{read} read, {refused} refused");
}
