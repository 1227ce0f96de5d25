#include "agent/order_dir.h"

#include <sys/wait.h>
#include <unistd.h>

#include "agent/fixture.h"

namespace slipway::agent {
namespace {

class OrderDirTest : public test::OrderFixture {};

// What the function returns, run in a child process.
template <class Function>
int in_a_child(Function function) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(function());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(OrderDirTest, GivesBackItsRecord) {
  const OrderRecord record = test::make_record();
  const auto order = OrderDir::create(root.path(), record);
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->id(), record.order.id);
  const auto read = order->record();
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(json::encode(*read), json::encode(record));
}

TEST_F(OrderDirTest, KeepsSecretsApartAndForgetsThem) {
  OrderRecord record = test::make_record();
  record.order.secrets.emplace()["DB_PASSWORD"] = "hunter2";
  const auto order = OrderDir::create(root.path(), record);
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(base::read_file(order->path() / "order.json")->find("hunter2"), std::string::npos);
  EXPECT_EQ(order->record()->order.secrets, std::nullopt);
  EXPECT_EQ(order->secrets()->at("DB_PASSWORD"), "hunter2");
  EXPECT_EQ(fs::status(order->path() / "secrets").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  order->forget_secrets();
  EXPECT_TRUE(order->secrets()->empty());
}

TEST_F(OrderDirTest, IsMadeOnlyOnce) {
  const OrderRecord record = test::make_record();
  ASSERT_TRUE(OrderDir::create(root.path(), record));
  OrderRecord other = record;
  other.order.revision = "another";
  const auto again = OrderDir::create(root.path(), other);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::conflict);
  EXPECT_EQ(OrderDir(root / record.order.id).record()->order.revision, record.order.revision);
}

TEST_F(OrderDirTest, LeavesNothingWhereItCannotBeMade) {
  const OrderRecord record = test::make_record();
  const auto made = OrderDir::create(root / "missing", record);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, base::ErrorCode::io);
  EXPECT_FALSE(fs::exists(root / "missing"));
}

TEST_F(OrderDirTest, TellsThatItsRecordCannotBeRead) {
  const OrderDir order = make_order();
  std::ofstream(order.path() / "order.json") << "{\"server\":";
  const auto read = order.record();
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("order.json"), std::string::npos);
}

TEST_F(OrderDirTest, IsStartedOnceThereIsASpool) {
  const OrderDir order = make_order();
  EXPECT_FALSE(order.started());
  EXPECT_EQ(order.spool_length(), 0U);
  append_raw(order, "12345");
  EXPECT_TRUE(order.started());
  EXPECT_EQ(order.spool_length(), 5U);
}

TEST_F(OrderDirTest, IsLockedByOneHolderAtATime) {
  const OrderDir order = make_order();
  auto first = order.lock_as_runner();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ(order.runner(), ::getpid());
  const auto second = order.try_lock();
  ASSERT_TRUE(second);
  EXPECT_FALSE(*second);
  (*first)->reset();
  const auto third = order.try_lock();
  EXPECT_TRUE(third && *third);
}

TEST_F(OrderDirTest, IsLockedAgainstAnotherProcess) {
  const OrderDir order = make_order();
  const auto mine = order.lock_as_runner();
  ASSERT_TRUE(mine && *mine);
  const auto locked_out = [&] {
    const auto lock = order.lock_as_runner();
    return lock && !*lock ? 1 : 0;
  };
  EXPECT_EQ(in_a_child(locked_out), 1);
  EXPECT_EQ(order.runner(), ::getpid());
}

TEST_F(OrderDirTest, IsFreeWhenTheHolderDied) {
  const OrderDir order = make_order();
  const auto hold = [&] {
    auto lock = order.lock_as_runner();
    return lock && *lock && (*lock)->release() >= 0 ? 1 : 0;
  };
  ASSERT_EQ(in_a_child(hold), 1);
  const int runner = order.runner();
  EXPECT_NE(runner, ::getpid());
  const auto lock = order.try_lock();
  EXPECT_TRUE(lock && *lock);
  EXPECT_EQ(order.runner(), runner) << "the agent that sees to what is left must know whose it was";
}

TEST_F(OrderDirTest, HasNoRunnerBeforeOneWasStarted) {
  EXPECT_EQ(make_order().runner(), 0);
  EXPECT_EQ(make_order().session(), 0);
}

TEST_F(OrderDirTest, KnowsTheSessionOfARunnerThatLeadsOne) {
  const OrderDir order = make_order();
  const auto lead = [&] {
    ::setsid();
    auto lock = order.lock_as_runner();
    return lock && *lock && order.session() == ::getpid() ? 1 : 0;
  };
  EXPECT_EQ(in_a_child(lead), 1);
}

TEST_F(OrderDirTest, RemembersWhyItIsToStop) {
  const OrderDir order = make_order();
  EXPECT_FALSE(order.cancel_reason());
  ASSERT_TRUE(order.write_cancel("cancelled by ä\n"));
  EXPECT_EQ(order.cancel_reason(), "cancelled by ä\n");
}

TEST_F(OrderDirTest, RemembersItsMarks) {
  const OrderDir order = make_order();
  EXPECT_FALSE(order.interrupted());
  EXPECT_FALSE(order.collected());
  ASSERT_TRUE(order.mark_interrupted());
  EXPECT_TRUE(order.interrupted());
  EXPECT_FALSE(order.collected());
  ASSERT_TRUE(order.mark_collected());
  ASSERT_TRUE(order.mark_collected());
  EXPECT_TRUE(OrderDir(order.path()).collected());
}

TEST_F(OrderDirTest, CannotBeMarkedWhenItIsGone) {
  const OrderDir order = make_order();
  fs::remove_all(order.path());
  EXPECT_FALSE(order.mark_collected());
  EXPECT_FALSE(order.try_lock());
  EXPECT_FALSE(order.write_cancel("x"));
}

}  // namespace
}  // namespace slipway::agent
