// Rows of the database to and from the model.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/store/event.h"
#include "server/store/model.h"

namespace soci {
class session;
}

namespace slipway::server::store {

void insert(soci::session& sql, const Deployment& deployment);
void update(soci::session& sql, const Deployment& deployment);
void insert(soci::session& sql, std::int64_t deployment, std::int64_t position, const DeploymentNode& node);
void update(soci::session& sql, std::int64_t deployment, const DeploymentNode& node);
// The node's new order, in the place of `old_order`.
void replace_order(soci::session& sql, std::int64_t deployment, const DeploymentNode& node,
                   const std::string& old_order);
void insert(soci::session& sql, const Event& event);

void set_freeze(soci::session& sql, const std::string& app, const std::optional<Freeze>& freeze);
std::map<std::string, Freeze> select_freezes(soci::session& sql);

// The deployments that `where` selects ("id = :a"; two named values at most), with their nodes.
struct Selection {
  std::string where;
  std::string order_and_limit;
  std::string text;         // bound to :text where `where` names it
  std::int64_t number = 0;  // bound to :number
};
std::vector<Deployment> select_deployments(soci::session& sql, const Selection& selection);

std::vector<std::shared_ptr<Event>> select_events(soci::session& sql, std::int64_t after,
                                                  const EventFilter& filter, int limit);

}  // namespace slipway::server::store
