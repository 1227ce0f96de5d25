#include "process/output_buffer.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace slipway::process::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Buffer : public testing::Test {
 protected:
  void write(Stream stream, std::string_view text) {
    std::ranges::copy(text, buffer.room(stream).begin());
    buffer.added(text.size());
  }

  base::Result<> answer;
  std::vector<std::string> calls;
  OutputBuffer buffer{[this](Stream stream, std::string_view piece) {
    calls.push_back((stream == Stream::out ? "o:" : "e:") + std::string{piece});
    return answer;
  }};
};

TEST_F(Buffer, JoinsNeighboursOfTheSameStream) {
  write(Stream::out, "a");
  write(Stream::out, "b");
  write(Stream::err, "c");
  write(Stream::out, "d");
  EXPECT_THAT(calls, ElementsAre("o:ab", "e:c"));
  buffer.flush();
  EXPECT_THAT(calls, ElementsAre("o:ab", "e:c", "o:d"));
}

TEST_F(Buffer, HoldsTheBeginningOfACharacterBack) {
  write(Stream::out, "a\xe2\x82");
  buffer.flush();
  EXPECT_THAT(calls, ElementsAre("o:a"));
  EXPECT_TRUE(buffer.holds());
  write(Stream::out, "\xac");
  buffer.flush();
  EXPECT_THAT(calls, ElementsAre("o:a", "o:\xe2\x82\xac"));
  EXPECT_FALSE(buffer.holds());
}

TEST_F(Buffer, GivesItUpWhenTheOtherStreamFollows) {
  write(Stream::out, "\xe2");
  buffer.flush();
  EXPECT_THAT(calls, IsEmpty());
  write(Stream::err, "b");
  buffer.flush();
  EXPECT_THAT(calls, ElementsAre("o:\xe2", "e:b"));
}

TEST_F(Buffer, GivesItUpAtTheEnd) {
  write(Stream::err, "\xe2");
  buffer.flush_all();
  EXPECT_THAT(calls, ElementsAre("e:\xe2"));
}

TEST_F(Buffer, CallsWithAtMost32KiBAndWholeCharacters) {
  std::string expected;
  for (int round = 0; round < 100; ++round) {
    const std::string page = (round == 0 ? "x" : "") + std::string("ääää") + std::string(4000, '.') + "ä";
    write(Stream::out, page);
    expected += page;
  }
  buffer.flush_all();
  std::string all;
  for (const std::string& call : calls) {
    EXPECT_LE(call.size(), 32768U + 2);
    all += call.substr(2);
  }
  EXPECT_EQ(all, expected);
}

TEST_F(Buffer, IsSilentAfterAnError) {
  answer = base::fail(base::ErrorCode::io, "full");
  write(Stream::out, "a");
  buffer.flush();
  EXPECT_FALSE(buffer.accepted());
  write(Stream::out, "b");
  buffer.flush_all();
  EXPECT_THAT(calls, ElementsAre("o:a"));
  EXPECT_EQ(buffer.accepted().error().message, "full");
}

}  // namespace
}  // namespace slipway::process::test
