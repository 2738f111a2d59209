//! Limits by address count a customer's network, not each of its addresses.

use postern_tests::limited::{Counting, Setup};
use postern_tests::marker;

#[tokio::test]
async fn addresses_of_one_network_have_one_counter() {
    for (more, one, same, other) in [
        ("", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
        ("ipv6_prefix_bits = 48", "2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:2::1"),
        ("", "::ffff:192.0.2.1", "192.0.2.1", "192.0.2.2"),
    ] {
        let plans = format!(
            "{more}\n[[limit]]\nscope = \"ip\"\nunit = \"requests\"\nper = \"day\"\nwindow = \"rolling\"\namount = 1\n"
        );
        let setup = Setup::new(&plans)
            .consumer("search", "")
            .gateway("[client]\ntrusted_proxies = [\"127.0.0.0/8\"]\n");
        let limited = setup.start(Counting::KeyValue);
        for (address, status) in [(one, 200), (same, 429), (other, 200)] {
            let call =
                limited.ask("search", "metered", &marker()).header("x-forwarded-for", address);
            let answer = call.send().await;
            assert_eq!(answer.status, status, "{more} {address}: {}", answer.text());
        }
    }
}
