// London's clocks, and the hours of roles.
#include "audit/alerts/london_time.h"

#include <gtest/gtest.h>

#include "audit/alerts/settings.h"

namespace hub::alerts {
namespace {

using namespace std::chrono;

Time utc(int y, unsigned m, unsigned d, int hour, int minute = 0) {
  return Time(sys_days(year(y) / month(m) / day(d))) + hours(hour) + minutes(minute);
}

TEST(LondonTime, SummerIsFromTheLastSundayOfMarchToThatOfOctober) {
  // 2026: 29 March and 25 October. 2027: 28 March and 31 October.
  EXPECT_EQ(london(utc(2026, 3, 29, 0, 59)).minute, 59);
  EXPECT_EQ(london(utc(2026, 3, 29, 1)).minute, 120);
  EXPECT_EQ(london(utc(2026, 10, 25, 0, 59)).minute, 119);
  EXPECT_EQ(london(utc(2026, 10, 25, 1)).minute, 60);
  EXPECT_EQ(london(utc(2027, 3, 28, 1)).minute, 120);
  EXPECT_EQ(london(utc(2027, 10, 31, 0, 59)).minute, 119);
  EXPECT_EQ(london(utc(2027, 10, 31, 1)).minute, 60);
  EXPECT_EQ(london(utc(2027, 1, 1, 12)).minute, 720);
}

TEST(LondonTime, TheDayIsLondons) {
  const auto summer = london(utc(2026, 7, 5, 23, 30));  // a Sunday in UTC
  EXPECT_EQ(summer.weekday, 0);
  EXPECT_EQ(summer.minute, 30);
  EXPECT_EQ(day_text(summer.day), "Monday 6 July 2026");
  EXPECT_EQ(london(from_ms(0)).weekday, 3) << "1970 began on a Thursday";
}

TEST(LondonTime, Words) {
  EXPECT_EQ(clock_text(5), "00:05");
  EXPECT_EQ(clock_text(1440), "24:00");
  EXPECT_EQ(weekday_text(6), "Sunday");
}

TEST(Shift, IsReadStrictly) {
  EXPECT_EQ(parse_shift("Mon-Fri 07:00-19:00"), Shift{});
  EXPECT_EQ(parse_shift("Sat 09:00-13:30"), (Shift{5, 5, 540, 810}));
  EXPECT_EQ(parse_shift("Mon-Sun 00:00-24:00"), (Shift{0, 6, 0, 1440}));
  for (const auto* wrong : {"", "Mon", "Mon-Fri", "Fri-Mon 07:00-19:00", "Mon-Fri 7:00-19:00",
                            "Mon-Fri 07:00-07:00", "Mon-Fri 19:00-07:00", "Mon-Fri 07:00-24:01",
                            "Mon-Fri 07:60-19:00", "mon-fri 07:00-19:00", "Mon_Fri 07:00-19:00",
                            "Mon-Fri 07:00-19:00 ", "Mon-Fri  07:00-19:00", "Mon-Frx 07:00-19:00",
                            "Mon-Fri 07-00:19-00", "MonXFri 07:00-19:00", "Mon-Fri 0a:00-19:00"}) {
    EXPECT_FALSE(parse_shift(wrong)) << wrong;
  }
}

TEST(Shift, CoversFromItsFirstMinuteToBeforeItsLast) {
  const Shift shift;
  EXPECT_TRUE(shift.covers({0, 0, 420}));
  EXPECT_FALSE(shift.covers({0, 0, 419}));
  EXPECT_TRUE(shift.covers({0, 4, 1139}));
  EXPECT_FALSE(shift.covers({0, 4, 1140}));
  EXPECT_FALSE(shift.covers({0, 5, 600}));
}

TEST(Shift, SaysWhenARoleWorks) {
  AlertSettings settings;
  settings.shifts["idva"] = {*parse_shift("Mon-Fri 08:00-18:00"), *parse_shift("Sat 09:00-13:00")};
  EXPECT_EQ(hours_text(settings, {"idva"}),
            "idva works 08:00 to 18:00, Monday to Friday and 09:00 to 13:00, Saturday");
  EXPECT_EQ(hours_text(settings, {}), "the usual hours are 07:00 to 19:00, Monday to Friday");
  EXPECT_TRUE(is_working_time(settings, {"idva"}, {0, 5, 600}));
  EXPECT_FALSE(is_working_time(settings, {"idva"}, {0, 0, 450}));
  EXPECT_TRUE(is_working_time(settings, {"idva", "auditor"}, {0, 0, 450}));
  EXPECT_FALSE(is_working_time(settings, {}, {0, 6, 600}));
}

}  // namespace
}  // namespace hub::alerts
