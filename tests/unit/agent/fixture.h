// What tests of orders and their spools need.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "agent/order_dir.h"
#include "agent/spool_writer.h"
#include "base/file.h"
#include "base/id.h"
#include "base/temp_dir.h"
#include "base/text.h"
#include "wire/message.h"

namespace slipway::agent::test {

inline OrderRecord make_record(std::string id = base::make_id()) {
  wire::Order order{.id = std::move(id),
                    .deployment = "7",
                    .app = "shop",
                    .node = "web1",
                    .action = wire::Action::rollback,
                    .revision = std::string(40, 'a'),
                    .target = {.vcs = wire::VcsType::git,
                               .url = "https://host/ä",
                               .branch = "main",
                               .path = "/srv/shop",
                               .local_changes = wire::LocalChanges::refuse},
                    .before_deploy = {"echo \"one\"", "two\nthree"},
                    .after_deploy = {},
                    .hook_timeout_ms = 60'000};
  return {base::make_id(), "2026-11-23T08:00:00.000Z", std::move(order)};
}

class OrderFixture : public testing::Test {
 protected:
  OrderDir make_order() {
    const auto made = OrderDir::create(root.path(), make_record());
    if (!made) throw std::runtime_error(made.error().message);
    return *made;
  }

  SpoolWriter make_spool(const OrderDir& order) {
    auto spool = SpoolWriter::create(order);
    if (!spool) throw std::runtime_error(spool.error().message);
    return std::move(*spool);
  }

  static void append_raw(const OrderDir& order, std::string_view bytes) {
    std::ofstream(order.spool(), std::ios::app | std::ios::binary) << bytes;
  }

  static std::string spool_bytes(const OrderDir& order) { return base::read_file(order.spool()).value(); }

  slipway::test::TempDir root;
};

// The messages of a spool, one line each.
inline std::vector<std::string> told_by(std::string_view bytes) {
  std::vector<std::string> lines;
  wire::FrameDecoder decoder;
  decoder.feed(bytes);
  for (;;) {
    const auto frame = decoder.next();
    if (!frame) lines.push_back("broken: " + frame.error().message);
    if (!frame || !*frame) break;
    const auto decoded = wire::decode((*frame)->payload).value();
    const auto& message = std::get<wire::Message>(decoded.message);
    if (const auto* started = std::get_if<wire::StepStarted>(&message))
      lines.push_back("started " + started->step);
    if (const auto* output = std::get_if<wire::Output>(&message))
      lines.push_back(output->stream + " " + std::string(decoded.raw));
    if (const auto* finished = std::get_if<wire::StepFinished>(&message))
      lines.push_back("finished " + finished->step);
    if (const auto* result = std::get_if<wire::OrderResult>(&message)) {
      lines.push_back(std::string("result ") + boost::describe::enum_to_string(result->state, ""));
    }
  }
  if (decoder.pending() > 0) lines.emplace_back("half a frame");
  return lines;
}

}  // namespace slipway::agent::test
