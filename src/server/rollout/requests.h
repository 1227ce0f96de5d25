// What people ask for, checked before anything is done. Pure.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "server/config/config.h"
#include "server/rollout/refusal.h"
#include "server/store/model.h"

namespace slipway::server::rollout {

// The action, the form of the revision, the note.
Outcome<void> check(const Request& request);

// The nodes of the app that the request names, in the order of the configuration.
Outcome<std::vector<const config::Node*>> choose_nodes(const config::App& app, const Request& request);

// The app's plan with what the request changes of it, for so many nodes.
Outcome<config::Rollout> plan_of(const config::App& app, const Request& request, std::size_t nodes);

// A deployment with one order for each node; ids are made here, `id` and the revision are the caller's.
store::Deployment make_deployment(std::int64_t id, const config::App& app,
                                  const std::vector<const config::Node*>& nodes, const Request& request,
                                  const config::Rollout& plan, const std::string& revision);

// Whether the text is a whole revision of this kind of repository, so that it can only mean one thing.
bool is_exact(config::VcsType type, std::string_view revision);

}  // namespace slipway::server::rollout
