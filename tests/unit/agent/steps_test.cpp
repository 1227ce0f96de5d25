// The order of the steps, and the way back, on a working copy that only says what it was asked to do.
#include "agent/steps.h"

#include <gmock/gmock.h>

#include "agent/fixture.h"
#include "async/on_loop.h"
#include "async/task_group.h"

namespace slipway::agent {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class FakeWorkingCopy : public vcs::WorkingCopy {
 public:
  asio::awaitable<base::Result<vcs::Status>> check(vcs::Io&) override {
    co_return vcs::Status{.revision = "old"};
  }
  asio::awaitable<base::Result<>> prepare(const std::string&, vcs::Io&) override {
    co_return base::Result<>{};
  }
  asio::awaitable<base::Result<>> switch_to(const std::string&, vcs::Io&) override {
    co_return base::Result<>{};
  }
  bool can_switch_back() const override { return can_go_back; }
  asio::awaitable<base::Result<std::string>> switch_back(vcs::Io&) override {
    if (broken) co_return base::fail(base::ErrorCode::io, "the release before is gone");
    co_return "old";
  }
  asio::awaitable<void> tidy() override { co_return; }

  bool can_go_back = false;
  bool broken = false;
};

class StepsTest : public slipway::test::OnLoop {
 protected:
  StepsTest() {
    order.action = wire::Action::update;
    order.revision = "new";
    order.target.path = root.path().string();
    order.before_deploy = {"echo before to $SLIPWAY_REVISION"};
    order.after_deploy = {"echo after $SLIPWAY_ACTION from $SLIPWAY_PREVIOUS_REVISION"};
  }

  wire::OrderResult run() {
    order.id = base::make_id();
    const OrderDir dir = OrderDir::create(root.path(), {base::make_id(), "", order}).value();
    SpoolWriter spool = SpoolWriter::create(dir).value();
    Steps steps(order, spool, working_copy, stop, [] { return std::string("stopped by a person"); }, {});
    const auto result = wait_for(steps.run());
    told = test::told_by(base::read_file(dir.spool()).value());
    return result;
  }

  // Of what the spool tells, the beginnings of steps.
  std::vector<std::string> steps() const {
    std::vector<std::string> names;
    for (const std::string& line : told) {
      if (line.starts_with("started ")) names.push_back(line.substr(8));
    }
    return names;
  }

  void check_with(std::string command) {
    order.health_check =
        wire::HealthCheck{.command = std::move(command), .interval_ms = 60'000, .timeout_ms = 300};
  }

  void unhealthy() { check_with("echo checked; exit 9"); }

  slipway::test::TempDir root;
  wire::Order order = test::make_record().order;
  FakeWorkingCopy working_copy;
  process::StopRequest stop{executor};
  std::vector<std::string> told;
};

TEST_F(StepsTest, CheckTheHealthLast) {
  check_with("echo healthy at $SLIPWAY_REVISION");
  order.health_check->timeout_ms = 30'000;
  EXPECT_EQ(run().state, wire::ResultState::succeeded);
  EXPECT_THAT(steps(),
              ElementsAre("check", "fetch", "before_deploy", "switch", "after_deploy", "health_check"));
  EXPECT_THAT(told, Contains("stdout healthy at new\n"));
}

TEST_F(StepsTest, FailANodeThatIsNotHealthyAndCannotGoBack) {
  unhealthy();
  const auto result = run();
  EXPECT_EQ(result.state, wire::ResultState::failed);
  EXPECT_EQ(result.step, "health_check");
  EXPECT_EQ(result.exit_code, 9);
  EXPECT_THAT(*result.reason,
              HasSubstr("not healthy within 300ms (1 attempt): the command failed with exit code 9"));
  EXPECT_EQ(steps().back(), "health_check");
}

TEST_F(StepsTest, GoBackByThemselvesWhereTheyCan) {
  unhealthy();
  working_copy.can_go_back = true;
  order.after_rollback = std::vector<std::string>{};
  const auto result = run();
  EXPECT_EQ(result.state, wire::ResultState::rolled_back);
  EXPECT_EQ(result.step, "health_check");
  EXPECT_EQ(result.exit_code, 9);
  EXPECT_THAT(*result.reason, HasSubstr("exit code 9"));
  EXPECT_THAT(*result.reason, HasSubstr("; the node went back to old"));
  EXPECT_EQ(result.revision_before, "old");
  EXPECT_THAT(steps(), ElementsAre("check", "fetch", "before_deploy", "switch", "after_deploy",
                                   "health_check", "before_rollback", "switch_back"))
      << "no hook for going back: none runs";
}

TEST_F(StepsTest, TellTheHooksOfTheWayBackWhereItLeads) {
  unhealthy();
  working_copy.can_go_back = true;
  EXPECT_EQ(run().state, wire::ResultState::rolled_back);
  EXPECT_THAT(told, Contains("stdout before to new\n"));
  EXPECT_THAT(told, Contains("stdout after update from old\n"));
  EXPECT_THAT(told, Contains("stdout before to old\n"));
  EXPECT_THAT(told, Contains("stdout after rollback from new\n"));
  EXPECT_EQ(steps().back(), "after_rollback");
}

TEST_F(StepsTest, TellBothReasonsWhenTheWayBackFails) {
  unhealthy();
  working_copy.can_go_back = true;
  working_copy.broken = true;
  auto result = run();
  EXPECT_EQ(result.state, wire::ResultState::failed);
  EXPECT_EQ(result.step, "switch_back");
  EXPECT_THAT(*result.reason, HasSubstr("exit code 9"));
  EXPECT_THAT(*result.reason, HasSubstr("; going back failed: the release before is gone"));

  order.before_rollback = {"exit 4"};
  result = run();
  EXPECT_EQ(result.state, wire::ResultState::failed);
  EXPECT_EQ(result.step, "before_rollback");
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(steps(), testing::Not(Contains("switch_back")));
}

TEST_F(StepsTest, DoNotGoBackWhenAPersonStopsThem) {
  check_with("touch checking; sleep 1000");
  order.health_check->timeout_ms = 600'000;
  working_copy.can_go_back = true;
  async::TaskGroup tasks(executor);
  tasks.spawn([](fs::path checking, process::StopRequest& request) -> asio::awaitable<void> {
    while (!fs::exists(checking)) co_await async::sleep_for(base::Millis{5});
    request.request();
  }(root.path() / "checking", stop));
  const auto result = run();
  EXPECT_EQ(result.state, wire::ResultState::cancelled);
  EXPECT_EQ(result.reason, "stopped by a person");
  EXPECT_THAT(steps(), testing::Not(Contains("before_rollback")));
}

TEST_F(StepsTest, RunTheHooksForGoingBackInARollback) {
  order.action = wire::Action::rollback;
  order.before_rollback = {"echo back"};
  EXPECT_EQ(run().state, wire::ResultState::succeeded);
  EXPECT_THAT(steps(), ElementsAre("check", "fetch", "before_rollback", "switch", "after_rollback"));
  EXPECT_THAT(told, Contains("stdout back\n"));
  EXPECT_THAT(told, Contains("stdout after rollback from old\n")) << "by default the deploy hook";
}

TEST_F(StepsTest, RunNoHookWhereTheOneForGoingBackIsEmpty) {
  order.action = wire::Action::rollback;
  order.before_rollback = order.after_rollback = std::vector<std::string>{};
  EXPECT_EQ(run().state, wire::ResultState::succeeded);
  EXPECT_THAT(steps(), ElementsAre("check", "fetch", "switch"));
}

TEST_F(StepsTest, LeaveAnUpdateToItsOwnHooks) {
  order.before_rollback = order.after_rollback = std::vector<std::string>{"exit 1"};
  EXPECT_EQ(run().state, wire::ResultState::succeeded);
  EXPECT_THAT(steps(), ElementsAre("check", "fetch", "before_deploy", "switch", "after_deploy"));
}

}  // namespace
}  // namespace slipway::agent
