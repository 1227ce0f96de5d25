#include "server/config/secrets.h"

#include <sys/stat.h>

#include <fstream>

#include "base/temp_dir.h"
#include "config_fixture.h"

namespace slipway::server::config {
namespace {

using testing::HasSubstr;
using testing::Not;

class SecretsTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& value) {
    const auto file = directory / "secret";
    std::ofstream(file, std::ios::binary) << value;
    ::chmod(file.c_str(), 0600);
    return file;
  }

  std::string read(const std::string& content) {
    const auto values = read_values({{"A", {.file = write(content), .env = ""}}});
    return values ? values->at("A") : "error: " + values.error().message;
  }

  slipway::test::TempDir directory;
};

TEST_F(SecretsTest, AreReadWithoutTheLineEndOfAnEditor) {
  EXPECT_EQ(read("hunter2"), "hunter2");
  EXPECT_EQ(read("hunter2\n"), "hunter2");
  EXPECT_EQ(read("hunter2\r\n"), "hunter2");
  EXPECT_EQ(read("one\ntwo\n\n"), "one\ntwo\n");
}

TEST_F(SecretsTest, ThatCannotBeGivenAreToldByTheirNameAlone) {
  EXPECT_THAT(read("abc\n"), HasSubstr("error: the secret A: it has 3 bytes; a value of fewer than 4"));
  EXPECT_THAT(read("abcd\xff"), HasSubstr("it is not UTF-8 text"));
  EXPECT_THAT(read(std::string("ab\0cd", 5)), HasSubstr("without NUL characters"));
  EXPECT_THAT(read(std::string(20'000, 'x')), Not(HasSubstr("xx")));
  EXPECT_THAT(read_values({{"A", {.file = "", .env = "SLIPWAY_NO_SUCH"}}}).error().message,
              HasSubstr("no variable SLIPWAY_NO_SUCH"));
}

TEST_F(SecretsTest, KnowWhoCanReadThem) {
  const auto file = write("hunter2");
  EXPECT_FALSE(readable_by_others(file));
  ::chmod(file.c_str(), 0640);
  EXPECT_TRUE(readable_by_others(file));
}

TEST_F(SecretsTest, AreNeverShownByAProblem) {
  const auto problems =
      problems_of(R"({"secrets": {"A": "hunter2", "B": {"value": "hunter2"}, "C": ["hunter2"],
                                        "D": {"file": "hunter2"}, "E": {"env": "hunter 2"}}})");
  EXPECT_GE(problems.size(), 5U);
  for (const std::string& problem : problems) EXPECT_THAT(problem, Not(HasSubstr("hunter")));
}

TEST_F(SecretsTest, OfAnAppTakeThePlaceOfThoseAtTheTop) {
  const Loaded loaded = parse_config(
      R"({"secrets": {"A": {"env": "TOP"}, "B": {"env": "TOP"}},
          "apps": [{"name": "a", "type": "git", "secrets": {"A": {"env": "OWN"}}}]})",
      "/s.json");
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded.config.apps.front().secrets.at("A").env, "OWN");
  EXPECT_EQ(loaded.config.apps.front().secrets.at("B").env, "TOP");
}

}  // namespace
}  // namespace slipway::server::config
