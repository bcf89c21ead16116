#include "finding/exposure.h"

#include "finding/finding.h"
#include "support/catch.h"

namespace keysift {
namespace {

constexpr std::int64_t kDay = 86'400;

TEST_CASE("days since a date") {
  CHECK(days_since("1970-01-01", 0) == 0);
  CHECK(days_since("1970-01-01T23:59:59+02:00", 10 * kDay - 1) == 9);
  CHECK(days_since("1970-01-01", 10 * kDay) == 10);
  CHECK(days_since("2024-02-29T12:00:00+00:00", 1'711'929'600) == 31);  // 1 April 2024
}

TEST_CASE("a date to come is no exposure, and what is no date gives nothing") {
  CHECK(days_since("1970-01-05", kDay) == 0);
  for (const auto* text :
       {"", "yesterday", "2023-02-29", "2024-13-01", "2024/01/01", "2024-1-1", "+024-01-01x"}) {
    INFO(text);
    CHECK_FALSE(days_since(text, 0));
  }
}

TEST_CASE("a key is overdue when it is live for more than 90 days") {
  Provenance provenance;
  provenance.state = BlobState::live;
  CHECK_FALSE(provenance.overdue());
  provenance.exposed_days = 90;
  CHECK_FALSE(provenance.overdue());
  provenance.exposed_days = 91;
  CHECK(provenance.overdue());
  provenance.state = BlobState::history_only;
  CHECK_FALSE(provenance.overdue());
}

}  // namespace
}  // namespace keysift
