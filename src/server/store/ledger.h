// What was last deployed where: what a node should be like, as far as Slipway knows. Kept in the database
// beside the history, so that removing old history takes nothing of it away. Start with Ledger.
//
// One thread: the event loop's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/store/model.h"

namespace slipway::server::store {

// A revision, and the deployment that brought it.
struct Deployed {
  std::int64_t deployment = 0;
  std::string revision;

  bool operator==(const Deployed&) const = default;
};

// One node of an app.
struct Standing {
  std::optional<Deployed> left;  // what the newest order that succeeded, went back or switched left there
  std::optional<Deployed> good;  // what it has from the newest deployment that succeeded here
  bool at_work = false;          // an order is, or may be, carried out there; not stored

  bool operator==(const Standing&) const = default;
};

struct StandingRow {
  std::string app;
  std::string alias;
  Standing standing;
};

// What the database holds of a ledger, or what of it has changed.
struct LedgerRows {
  std::vector<StandingRow> nodes;
  std::map<std::string, Deployed> apps;  // the newest deployment that succeeded on a node

  bool empty() const { return nodes.empty() && apps.empty(); }
};

// What a node's record in a deployment means for its standing. Pure.
Standing after(Standing before, const Deployment& deployment, const DeploymentNode& node);

class Ledger {
 public:
  // Called with the node whose standing has changed; without an alias: all nodes of the app are concerned.
  using Changed = std::function<void(const std::string& app, const std::optional<std::string>& alias)>;

  void load(LedgerRows rows);
  void on_change(Changed changed) { changed_ = std::move(changed); }

  // Nothing is known of a node that was never deployed to.
  Standing of(const std::string& app, const std::string& alias) const;
  // What the app was last brought to.
  std::optional<Deployed> current(const std::string& app) const;

  // Takes in a node's record, and a deployment that may have ended. What has to be stored is put into `rows`.
  void take(const Deployment& deployment, const DeploymentNode& node, LedgerRows& rows);
  void take(const Deployment& deployment, LedgerRows& rows);

 private:
  std::map<std::pair<std::string, std::string>, Standing> nodes_;  // by app and alias
  std::map<std::string, Deployed> apps_;
  Changed changed_ = [](const std::string&, const std::optional<std::string>&) {};
};

}  // namespace slipway::server::store
