#include "server/http/range.h"

#include <gtest/gtest.h>

#include <string>

#include "server/http/output_headers.h"

namespace slipway::server::http {
namespace {

std::string parsed(std::optional<std::string_view> header, std::uint64_t size) {
  const auto range = parse_range(header, size);
  if (std::holds_alternative<WholeBody>(range)) return "whole";
  if (std::holds_alternative<NoSuchRange>(range)) return "none";
  return content_range(std::get<ByteRange>(range), size);
}

TEST(Range, NamesItsFirstAndLastByte) {
  EXPECT_EQ(parsed("bytes=0-99", 1000), "bytes 0-99/1000");
  EXPECT_EQ(parsed("bytes=5-5", 1000), "bytes 5-5/1000");
  EXPECT_EQ(parsed(" Bytes = 5-9 ", 1000), "bytes 5-9/1000");
}

TEST(Range, EndsWithTheBody) {
  EXPECT_EQ(parsed("bytes=900-", 1000), "bytes 900-999/1000");
  EXPECT_EQ(parsed("bytes=900-5000", 1000), "bytes 900-999/1000");
  EXPECT_EQ(parsed("bytes=0-18446744073709551615", 1000), "bytes 0-999/1000");
}

TEST(Range, MayCountFromTheEnd) {
  EXPECT_EQ(parsed("bytes=-100", 1000), "bytes 900-999/1000");
  EXPECT_EQ(parsed("bytes=-5000", 1000), "bytes 0-999/1000");
}

TEST(Range, BehindTheEndThereIsNothing) {
  EXPECT_EQ(parsed("bytes=1000-", 1000), "none");
  EXPECT_EQ(parsed("bytes=1000-2000", 1000), "none");
  EXPECT_EQ(parsed("bytes=0-", 0), "none");
  EXPECT_EQ(parsed("bytes=-5", 0), "none");
  EXPECT_EQ(parsed("bytes=-0", 1000), "none");
  EXPECT_EQ(parsed("bytes=99999999999999999999999-", 1000), "none");
}

TEST(Range, WhatIsNotUnderstoodMeansTheWholeBody) {
  for (const char* header : {"bytes=0-1,5-6", "lines=0-5", "bytes", "bytes=", "bytes=-", "bytes=5",
                             "bytes=9-5", "bytes=a-b", "bytes=1-b", "bytes=+1-2", "bytes=1--2", ""}) {
    EXPECT_EQ(parsed(header, 1000), "whole") << header;
  }
  EXPECT_EQ(parsed(std::nullopt, 1000), "whole");
}

TEST(OutputHeaders, NameTheFileSafely) {
  EXPECT_EQ(output_headers(7, "api-1").find("Content-Disposition"),
            "inline; filename=\"deployment-7-api-1.log\"");
  EXPECT_EQ(output_headers(7, "节\"点").find("Content-Disposition"),
            "inline; filename=\"deployment-7-_______.log\"; "
            "filename*=UTF-8''deployment-7-%E8%8A%82%22%E7%82%B9.log");
}

}  // namespace
}  // namespace slipway::server::http
