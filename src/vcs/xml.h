// XML as svn writes it, into a tree. The only place that knows the library behind it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace slipway::vcs {

struct XmlNode {
  std::string name;
  std::string text;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<XmlNode> children;

  std::string attribute(std::string_view key) const;  // empty: not there
  const XmlNode* child(std::string_view key) const;
  std::string text_of(std::string_view key) const;  // of a child
};

// The root element. Refuses more than 32 levels and document types.
base::Result<XmlNode> parse_xml(std::string_view xml);

// Calls `visit` for every element of this name, at any depth.
void for_each(const XmlNode& node, std::string_view name, const std::function<void(const XmlNode&)>& visit);

}  // namespace slipway::vcs
