#include "vcs/xml.h"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

namespace slipway::vcs {
namespace {

using base::ErrorCode;
using Tree = boost::property_tree::ptree;

constexpr int max_depth = 32;

// Where the tag that starts at `position` ends, with regard to quotes; npos: nowhere.
std::size_t end_of_tag(std::string_view xml, std::size_t position) {
  char quote = 0;
  for (; position < xml.size(); ++position) {
    const char c = xml[position];
    if (quote != 0)
      quote = c == quote ? char{0} : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '>')
      return position;
  }
  return std::string_view::npos;
}

// The library parses by recursion: deep nesting must not reach it. svn writes no comments, CDATA or DTDs.
bool is_harmless(std::string_view xml) {
  int depth = 0;
  for (std::size_t open = xml.find('<'); open != std::string_view::npos; open = xml.find('<', open)) {
    const std::string_view rest = xml.substr(open + 1);
    if (rest.starts_with('!')) return false;
    std::size_t close = 0;
    if (rest.starts_with('?')) {
      close = xml.find("?>", open);
      if (close != std::string_view::npos) ++close;
    } else {
      close = end_of_tag(xml, open);
    }
    if (close == std::string_view::npos) return false;
    if (rest.starts_with('/'))
      --depth;
    else if (!rest.starts_with('?') && xml[close - 1] != '/')
      ++depth;
    if (depth > max_depth || depth < 0) return false;
    open = close + 1;
  }
  return true;
}

XmlNode to_node(const std::string& name, const Tree& tree) {
  XmlNode node{name, tree.data(), {}, {}};
  for (const auto& [key, child] : tree) {
    if (key == "<xmlattr>") {
      for (const auto& [attribute, value] : child) node.attributes.emplace_back(attribute, value.data());
    } else {
      node.children.push_back(to_node(key, child));
    }
  }
  return node;
}

}  // namespace

std::string XmlNode::attribute(std::string_view key) const {
  const auto found =
      std::ranges::find(attributes, key, [](const auto& pair) { return std::string_view{pair.first}; });
  return found == attributes.end() ? std::string{} : found->second;
}

const XmlNode* XmlNode::child(std::string_view key) const {
  const auto found =
      std::ranges::find(children, key, [](const XmlNode& node) { return std::string_view{node.name}; });
  return found == children.end() ? nullptr : &*found;
}

std::string XmlNode::text_of(std::string_view key) const {
  const XmlNode* const found = child(key);
  return found == nullptr ? std::string{} : found->text;
}

base::Result<XmlNode> parse_xml(std::string_view xml) {
  constexpr std::string_view what = "svn printed something that cannot be read as XML";
  if (!is_harmless(xml)) return base::fail(ErrorCode::io, "{}", what);
  // What no XML may hold would end the parser's C string.
  if (xml.contains('\0')) return base::fail(ErrorCode::io, "{}", what);
  try {
    Tree tree;
    std::istringstream stream{std::string{xml}};
    boost::property_tree::read_xml(stream, tree);
    if (tree.empty()) return base::fail(ErrorCode::io, "{}", what);
    return to_node(tree.front().first, tree.front().second);
  } catch (const boost::property_tree::ptree_error& error) {
    return base::fail(ErrorCode::io, "{}: {}", what, error.what());
  }
}

void for_each(const XmlNode& node, std::string_view name, const std::function<void(const XmlNode&)>& visit) {
  if (node.name == name) visit(node);
  for (const XmlNode& child : node.children) for_each(child, name, visit);
}

}  // namespace slipway::vcs
