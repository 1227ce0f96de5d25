#include "wire/frame.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace slipway::wire {
namespace {

using namespace std::string_literals;

struct Copy {
  FrameType type;
  std::string payload;
  bool operator==(const Copy&) const = default;
};

// Feeds the pieces one after the other and collects what comes out.
base::Result<std::vector<Copy>> decode_pieces(const std::vector<std::string>& pieces) {
  FrameDecoder decoder;
  std::vector<Copy> frames;
  for (const std::string& piece : pieces) {
    decoder.feed(piece);
    for (;;) {
      const auto frame = decoder.next();
      if (!frame) return std::unexpected(frame.error());
      if (!*frame) break;
      frames.push_back({(*frame)->type, std::string((*frame)->payload)});
    }
  }
  return frames;
}

std::string error_after(std::string_view bytes) {
  FrameDecoder decoder;
  decoder.feed(bytes);
  const auto frame = decoder.next();
  return frame ? "no error" : frame.error().message;
}

TEST(Frame, LooksTheSameForEver) {
  EXPECT_EQ(encode_frame(FrameType::data, "{}"), "\x12\x34\x66\x41\x00\x00\x00\x02\x02{}"s);
  EXPECT_EQ(encode_frame(FrameType::heartbeat, ""), "\x12\x34\x66\x41\x00\x00\x00\x00\x01"s);
  EXPECT_EQ(encode_frame(FrameType::disconnect, "bye"),
            "\x12\x34\x66\x41\x00\x00\x00\x03\x03"
            "bye"s);
}

TEST(Frame, WritesItsLengthBigEndian) {
  EXPECT_EQ(encode_frame(FrameType::data, std::string(0x010203, 'x')).substr(4, 4), "\x00\x01\x02\x03"s);
}

TEST(Frame, MayBeGivenInTwoParts) {
  EXPECT_EQ(encode_frame(FrameType::data, "ab", "cd"), encode_frame(FrameType::data, "abcd"));
}

TEST(FrameDecoder, GivesBackWhatWasEncodedWhereverItIsCutOnce) {
  const std::vector<Copy> frames{
      {FrameType::data, "{\"a\":1}"}, {FrameType::heartbeat, ""}, {FrameType::disconnect, "\0\xff"s}};
  std::string bytes;
  for (const Copy& frame : frames) bytes += encode_frame(frame.type, frame.payload);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(decode_pieces({bytes.substr(0, cut), bytes.substr(cut)}), frames) << cut;
  }
}

TEST(FrameDecoder, GivesBackWhatWasEncodedByteByByte) {
  const std::vector<Copy> frames{{FrameType::data, "one"}, {FrameType::data, ""}, {FrameType::data, "three"}};
  std::vector<std::string> pieces;
  for (const Copy& frame : frames) {
    for (const char byte : encode_frame(frame.type, frame.payload)) pieces.emplace_back(1, byte);
  }
  EXPECT_EQ(decode_pieces(pieces), frames);
}

TEST(FrameDecoder, GivesBackManyFramesOfOneFeed) {
  std::vector<Copy> frames;
  std::string bytes;
  for (int i = 0; i < 1000; ++i) {
    frames.push_back(
        {FrameType::data, std::string(static_cast<std::size_t>(i % 7), static_cast<char>('a' + i % 26))});
    bytes += encode_frame(FrameType::data, frames.back().payload);
  }
  EXPECT_EQ(decode_pieces({bytes}), frames);
}

TEST(FrameDecoder, GivesBackTheSameForRandomCuts) {
  std::mt19937 random(12345);
  for (int round = 0; round < 50; ++round) {
    std::vector<Copy> frames;
    std::string bytes;
    for (int i = 0; i < 20; ++i) {
      frames.push_back({FrameType::data, std::string(random() % 300, static_cast<char>(random()))});
      bytes += encode_frame(FrameType::data, frames.back().payload);
    }
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < bytes.size(); at += pieces.back().size())
      pieces.push_back(bytes.substr(at, 1 + random() % 100));
    EXPECT_EQ(decode_pieces(pieces), frames) << round;
  }
}

TEST(FrameDecoder, SaysHowMuchItKeeps) {
  FrameDecoder decoder;
  const std::string frame = encode_frame(FrameType::data, "abc");
  decoder.feed(frame + frame.substr(0, 5));
  EXPECT_EQ(decoder.pending(), frame.size() + 5);
  ASSERT_TRUE(decoder.next().value());
  EXPECT_EQ(decoder.pending(), 5U);
  EXPECT_FALSE(decoder.next().value());
  EXPECT_EQ(decoder.pending(), 5U);
}

TEST(FrameDecoder, RefusesAWrongMagicAfterFourBytes) {
  EXPECT_EQ(error_after("GET"), "no error");
  EXPECT_EQ(error_after("GET "), "wrong magic 0x47455420 at the start of a frame (expected 0x12346641)");
}

TEST(FrameDecoder, RefusesAnyWrongByteOfTheMagic) {
  for (std::size_t at = 0; at < 4; ++at) {
    std::string frame = encode_frame(FrameType::data, "x");
    frame[at] = static_cast<char>(frame[at] ^ 0x80);
    EXPECT_TRUE(error_after(frame).starts_with("wrong magic")) << at;
  }
}

TEST(FrameDecoder, RefusesAnUnknownTypeWithoutWaitingForThePayload) {
  for (const char type : {'\x00', '\x04', '\x7f', '\xff'}) {
    EXPECT_TRUE(error_after("\x12\x34\x66\x41\x00\x00\xff\xff"s + type).starts_with("unknown frame type 0x"));
  }
}

TEST(FrameDecoder, RefusesAPayloadThatIsTooLargeWithoutWaitingForIt) {
  EXPECT_EQ(error_after("\x12\x34\x66\x41\x01\x00\x00\x01\x02"s),
            "a frame of 16777217 bytes is larger than the 16777216 that are allowed");
  EXPECT_EQ(error_after("\x12\x34\x66\x41\xff\xff\xff\xff\x02"s),
            "a frame of 4294967295 bytes is larger than the 16777216 that are allowed");
}

TEST(FrameDecoder, AcceptsTheLargestPayload) {
  const std::string payload(max_payload, 'x');
  FrameDecoder decoder;
  decoder.feed(encode_frame(FrameType::data, payload));
  const auto frame = decoder.next();
  ASSERT_TRUE(frame);
  ASSERT_TRUE(*frame);
  EXPECT_TRUE((*frame)->payload == payload);
}

TEST(FrameDecoder, GivesTheFramesThatStandBeforeAMistake) {
  FrameDecoder decoder;
  decoder.feed(encode_frame(FrameType::data, "good") + "nonsense");
  EXPECT_EQ(decoder.next().value()->payload, "good");
  EXPECT_FALSE(decoder.next());
}

TEST(FrameDecoder, GivesNothingButErrorsAfterAnError) {
  FrameDecoder decoder;
  decoder.feed("nonsense");
  EXPECT_FALSE(decoder.next());
  decoder.feed(encode_frame(FrameType::data, "good"));
  EXPECT_FALSE(decoder.next());
  EXPECT_FALSE(decoder.next());
}

TEST(FrameHeader, IsNothingBeforeItsNineBytes) {
  const std::string frame = encode_frame(FrameType::data, "abc");
  for (std::size_t size = 0; size < frame_header_size; ++size) {
    const auto header = read_header(std::string_view(frame).substr(0, size));
    ASSERT_TRUE(header) << size;
    EXPECT_FALSE(*header) << size;
  }
  const auto header = read_header(frame).value();
  EXPECT_EQ(header->type, FrameType::data);
  EXPECT_EQ(header->payload_size, 3U);
  EXPECT_EQ(header->frame_size(), frame.size());
}

}  // namespace
}  // namespace slipway::wire
