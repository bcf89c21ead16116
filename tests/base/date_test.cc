#include "base/date.h"

#include "support/catch.h"

using keysift::end_of_day;
using keysift::parse_date;

TEST_CASE("days, times and seconds") {
  CHECK(parse_date("1970-01-01") == 0);
  CHECK(parse_date("2024-01-01") == 1'704'067'200);
  CHECK(parse_date("2024-02-29") == 1'709'164'800);
  CHECK(parse_date("2024-01-01T00:01") == 1'704'067'260);
  CHECK(parse_date("2024-01-01 00:00:59") == 1'704'067'259);
  CHECK(parse_date("2024-01-01T00:00:00Z") == 1'704'067'200);
  CHECK(parse_date("2024-01-01T02:00:00+02:00") == 1'704'067'200);
  CHECK(parse_date("2023-12-31T22:30:00-0130") == 1'704'067'200);
  CHECK(parse_date("1969-12-31T23:59:59") == -1);
  CHECK(parse_date("1704067200") == 1'704'067'200);
  CHECK(parse_date("100000000") == 100'000'000);
}

TEST_CASE("what is no date") {
  for (const char* text : {"",
                           "yesterday",
                           "2024",
                           "20240101",
                           "2024-1-1",
                           "2024-13-01",
                           "2024-00-10",
                           "2023-02-29",
                           "2024-01-32",
                           "2024-01-01T",
                           "2024-01-01T24:00",
                           "2024-01-01T12:60",
                           "2024-01-01T12:00:60",
                           "2024-01-01T12",
                           "2024-01-01x",
                           "2024-01-01T12:00+",
                           "2024-01-01T12:00+02:0",
                           "2024-01-01T12:00ZZ",
                           "-024-01-01",
                           "+024-01-01",
                           "2024-01--1",
                           "1704067200 ",
                           " 1704067200",
                           "99999999",
                           "-1704067200",
                           "99999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(parse_date(text));
  }
}

TEST_CASE("the end of a day") {
  CHECK(end_of_day("1970-01-01") == 86'400);
  CHECK(end_of_day("2024-02-29") == 1'709'164'800 + 86'400);
  for (const char* text : {"", "2023-02-29", "2024-1-1", "1704067200", "2024-01-01T00:00", "2024-01-01Z"}) {
    INFO(text);
    CHECK_FALSE(end_of_day(text));
  }
}
