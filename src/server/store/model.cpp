#include "server/store/model.h"

#include <algorithm>

namespace slipway::server::store {

const DeploymentNode* Deployment::find_node(std::string_view alias) const {
  const auto found = std::ranges::find(nodes, alias, &DeploymentNode::alias);
  return found == nodes.end() ? nullptr : &*found;
}

DeploymentNode* Deployment::find_node(std::string_view alias) {
  return const_cast<DeploymentNode*>(std::as_const(*this).find_node(alias));
}

}  // namespace slipway::server::store
