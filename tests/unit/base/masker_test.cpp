#include "base/masker.h"

#include <gtest/gtest.h>

#include <random>

namespace slipway::base {
namespace {

std::string in_pieces(const Secrets& secrets, std::string_view text, std::size_t size) {
  StreamMasker masker(secrets);
  std::string shown;
  for (std::size_t at = 0; at < text.size(); at += size) shown += masker.feed(text.substr(at, size));
  return shown + masker.finish();
}

TEST(Masker, TakesSecretsOut) {
  const Secrets secrets({"hunter2", "tr0ub4dor&3"});
  EXPECT_EQ(secrets.mask("user hunter2, then tr0ub4dor&3!"), "user ***, then ***!");
  EXPECT_EQ(secrets.mask("nothing here"), "nothing here");
  EXPECT_EQ(secrets.mask(""), "");
}

TEST(Masker, TakesThemOutHoweverTheTextIsCut) {
  const Secrets secrets({"hunter2"});
  const std::string text = "hunt hunter2hunter2 hunhunter2 hunter";
  for (std::size_t size = 1; size <= text.size(); ++size)
    EXPECT_EQ(in_pieces(secrets, text, size), "hunt ****** hun*** hunter") << size;
}

TEST(Masker, KnowsThemInAUrl) {
  const Secrets secrets({"p@ss w/ä%"});
  EXPECT_EQ(secrets.mask("https://me:p%40ss%20w%2F%C3%A4%25@host"), "https://me:***@host");
  EXPECT_EQ(secrets.mask("?p=p%40ss%20w%2f%c3%a4%25"), "?p=***");
  EXPECT_EQ(secrets.mask("?p=p@ss%20w/%C3%A4%25"), "?p=***");
}

TEST(Masker, KnowsThemInBase64WhereverTheyStand) {
  const Secrets secrets({"correct horse battery"});
  // "correct horse battery", then "user:correct horse battery", "a…", "ab…", each with something behind.
  for (const char* encoded : {"Y29ycmVjdCBob3JzZSBiYXR0ZXJ5", "dXNlcjpjb3JyZWN0IGhvcnNlIGJhdHRlcnk=",
                              "YWNvcnJlY3QgaG9yc2UgYmF0dGVyeTEy", "YWJjb3JyZWN0IGhvcnNlIGJhdHRlcnkx"}) {
    const std::string masked = secrets.mask(std::string("x ") + encoded);
    EXPECT_NE(masked.find("***"), std::string::npos) << encoded;
    EXPECT_LT(masked.size(), 20U) << masked;
  }
}

TEST(Masker, KnowsTheLinesOfALongOne) {
  const Secrets secrets({"-----BEGIN KEY-----\nabcdefghijklmnop\n-----END KEY-----"});
  EXPECT_EQ(secrets.mask("line: abcdefghijklmnop."), "line: ***.");
}

TEST(Masker, JoinsWhatOverlaps) {
  EXPECT_EQ(Secrets({"abcd", "cdef"}).mask("xabcdefx"), "x***x");
  EXPECT_EQ(in_pieces(Secrets({"abcd", "cdef"}), "xabcdefx", 3), "x***x");
}

TEST(Masker, HoldsBackNoMoreThanASecretIsLong) {
  const Secrets secrets({"aaaa"});
  StreamMasker masker(secrets);
  std::string shown;
  for (int count = 0; count < 10'000; ++count) {
    shown += masker.feed("aaa");
    EXPECT_LT(masker.held(), secrets.forms().front().size());
  }
  EXPECT_EQ(shown + masker.finish(), "***");
}

TEST(Masker, ShowsWhatCannotBeTheBeginningOfOneAtOnce) {
  const Secrets secrets({"hunter2"});
  StreamMasker masker(secrets);
  EXPECT_EQ(masker.feed("Password? "), "Password? ");
  EXPECT_EQ(masker.feed("hun"), "");
  EXPECT_EQ(masker.feed("gry\n"), "hungry\n");
}

TEST(Masker, FindsWhatIsSecretInAUrl) {
  using Values = std::vector<std::string>;
  EXPECT_EQ(secrets_of_url("https://me:p%40ss@host/x"), (Values{"p%40ss", "p@ss"}));
  EXPECT_EQ(secrets_of_url("https://token123@host/x"), (Values{"token123", "token123"}));
  EXPECT_EQ(secrets_of_url("ssh://git@host/x"), Values{});
  EXPECT_EQ(secrets_of_url("svn://me:secret@host/x@5"), (Values{"secret", "secret"}));
  for (const char* url : {"https://host/a@b", "git@host:x", "", "https://", "file:///a:b@c"})
    EXPECT_EQ(secrets_of_url(url), Values{}) << url;
}

TEST(Masker, LeavesWhatIsTooShort) {
  EXPECT_TRUE(Secrets({"abc", ""}).empty() || Secrets({"abc", ""}).mask("abc") == "abc");
}

TEST(Masker, MasksTheSameInOnePieceAndInMany) {
  std::mt19937 random(7);
  const Secrets secrets({"abab", "bcab", "aabbaa"});
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int count = 0; count < 60; ++count) text += static_cast<char>('a' + random() % 3);
    const std::string whole = secrets.mask(text);
    for (const std::size_t size : {1U, 2U, 3U, 5U, 7U})
      ASSERT_EQ(in_pieces(secrets, text, size), whole) << text;
    for (const char* secret : {"abab", "bcab", "aabbaa"}) EXPECT_EQ(whole.find(secret), std::string::npos);
  }
}

}  // namespace
}  // namespace slipway::base
