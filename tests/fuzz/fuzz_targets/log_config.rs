#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| threatline_tests::foreign::read("log_config", bytes));
