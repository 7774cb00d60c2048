// Microsoft's section pragmas for GCC. Licence: MIT (see LICENSE), which is GPL-compatible.
//
// #pragma alloc_text(SECTION, f, ...)            places functions declared so far, defined later
// #pragma code_seg / data_seg / bss_seg / const_seg ([push|pop,] [label,] ["SECTION" [,"CLASS"]])
//
// A placed function gets the attributes section, noinline, noclone and no_icf, so that nothing of
// it is split off, merged or inlined elsewhere; and a function of another section is never inlined
// into it unless its author wrote "inline". One section cannot hold code and data in one unit for
// GCC: data that shares its name with code goes to NAME$d and constants that share theirs with
// either go to NAME$r, which GNU ld folds into NAME.

#include "gcc-plugin.h"
#include "plugin-version.h"
#include "tree.h"
#include "stringpool.h"
#include "attribs.h"
#include "target.h"
#include "cgraph.h"
#include "varasm.h"
#include "c-family/c-common.h"
#include "c-family/c-pragma.h"
#include "diagnostic-core.h"

#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

int plugin_is_GPL_compatible;

namespace {

const size_t kMaximumSectionName = 8; // IMAGE_SIZEOF_SHORT_NAME, PE/COFF specification

// What one of the …_seg pragmas has switched on, and its push stack.
struct Segment {
    const char *pragma;
    std::string current; // empty: the compiler's own choice
    struct Saved {
        std::string label;
        std::string section;
    };
    std::vector<Saved> stack;
};

Segment code_segment = {"code_seg", "", {}};
Segment data_segment = {"data_seg", "", {}};
Segment bss_segment = {"bss_seg", "", {}};
Segment const_segment = {"const_seg", "", {}};

// Functions named by alloc_text and not yet defined: name to place of the pragma.
std::map<std::string, location_t> awaiting_definition;

// Section names in use for each kind of content.
std::set<std::string> code_names, data_names, const_names;

// One token of a pragma line, reduced to what these pragmas need.
struct Token {
    enum cpp_ttype type;
    std::string text;
    location_t where;
};

Token next_token()
{
    tree value = NULL_TREE;
    location_t where = input_location;
    Token token;

    token.type = pragma_lex(&value, &where);
    token.where = where;
    if (token.type == CPP_NAME) {
        token.text = IDENTIFIER_POINTER(value);
    } else if (token.type == CPP_STRING) {
        token.text = std::string(TREE_STRING_POINTER(value));
    }
    return token;
}

void skip_line()
{
    tree value;
    while (pragma_lex(&value) != CPP_EOF) {
    }
}

// Reports a malformed pragma and swallows the rest of its line.
void malformed(const Token &at, const char *pragma, const char *what)
{
    error_at(at.where, "%<#pragma %s%>: %s", pragma, what);
    if (at.type != CPP_EOF) {
        skip_line();
    }
}

void check_section_name(const Token &token, const char *pragma)
{
    if (token.text.size() > kMaximumSectionName) {
        warning_at(token.where, 0, "%<#pragma %s%>: section name %qs is longer than %u characters",
                   pragma, token.text.c_str(), (unsigned)kMaximumSectionName);
    }
}

void expect_end_of_line(const char *pragma)
{
    Token token = next_token();

    if (token.type != CPP_EOF) {
        warning_at(token.where, 0, "%<#pragma %s%>: text after the pragma is ignored", pragma);
        skip_line();
    }
}

// Builds the attribute list of a placed declaration; inline functions may still be inlined.
tree placement(const std::string &section, bool code, bool may_inline)
{
    tree name = build_string(section.size() + 1, section.c_str());
    tree list = tree_cons(get_identifier("section"), tree_cons(NULL_TREE, name, NULL_TREE),
                          NULL_TREE);

    if (code) {
        list = tree_cons(get_identifier("noclone"), NULL_TREE, list);
        list = tree_cons(get_identifier("no_icf"), NULL_TREE, list);
        if (!may_inline) {
            list = tree_cons(get_identifier("noinline"), NULL_TREE, list);
        }
    }
    return list;
}

void place_function(tree function, const std::string &section, bool may_inline)
{
    code_names.insert(section);
    decl_attributes(&function, placement(section, true, may_inline), 0);
}

bool has_body(tree function)
{
    return DECL_INITIAL(function) != NULL_TREE || DECL_STRUCT_FUNCTION(function) != NULL;
}

// Applies alloc_text to one function named in it.
void allocate_text(const Token &token, const std::string &section)
{
    const char *name = token.text.c_str();
    tree function = identifier_global_value(get_identifier(name));

    if (function == NULL_TREE || function == error_mark_node) {
        error_at(token.where, "%qs must be declared before its use in %<#pragma alloc_text%>", name);
    } else if (TREE_CODE(function) != FUNCTION_DECL) {
        error_at(token.where, "%<#pragma alloc_text%>: %qs is not a function", name);
    } else if (has_body(function)) {
        error_at(token.where, "%<#pragma alloc_text%> comes after the definition of %qs", name);
    } else if (DECL_SECTION_NAME(function) != NULL
               && section != DECL_SECTION_NAME(function)) {
        error_at(token.where, "%<#pragma alloc_text%>: %qs is already placed in section %qs", name,
                 DECL_SECTION_NAME(function));
    } else {
        place_function(function, section, false);
        awaiting_definition.insert(std::make_pair(token.text, token.where));
    }
}

void on_alloc_text(cpp_reader *)
{
    const char *pragma = "alloc_text";
    Token token = next_token();
    if (token.type != CPP_OPEN_PAREN) {
        malformed(token, pragma, "expected '('");
        return;
    }

    Token section = next_token();
    if ((section.type != CPP_NAME && section.type != CPP_STRING) || section.text.empty()) {
        malformed(section, pragma, "expected a section name");
        return;
    }
    check_section_name(section, pragma);
    if (current_function_decl != NULL_TREE) {
        malformed(section, pragma, "must stand outside of functions");
        return;
    }

    token = next_token();
    if (token.type != CPP_COMMA) {
        malformed(token, pragma, "expected ',' and a function name");
        return;
    }
    while (token.type == CPP_COMMA) {
        token = next_token();
        if (token.type != CPP_NAME) {
            malformed(token, pragma, "expected a function name");
            return;
        }
        allocate_text(token, section.text);
        token = next_token();
    }
    if (token.type != CPP_CLOSE_PAREN) {
        malformed(token, pragma, "expected ',' or ')'");
        return;
    }
    expect_end_of_line(pragma);
}

// Takes the newest entry off the stack, or with a label everything down to the entry so labelled.
void pop(Segment *segment, const std::string &label, location_t where)
{
    size_t depth = segment->stack.size();

    if (!label.empty()) {
        while (depth > 0 && segment->stack[depth - 1].label != label) {
            depth--;
        }
    }
    if (depth == 0) {
        warning_at(where, 0, "%<#pragma %s%>: nothing to pop", segment->pragma);
        return;
    }
    segment->current = segment->stack[depth - 1].section;
    segment->stack.resize(depth - 1);
}

void on_segment(cpp_reader *, void *data)
{
    Segment *segment = static_cast<Segment *>(data);
    const char *pragma = segment->pragma;
    enum { Set, Push, Pop } action = Set;
    std::string label;
    Token section = Token();
    bool has_section = false;

    Token token = next_token();
    if (token.type != CPP_OPEN_PAREN) {
        malformed(token, pragma, "expected '('");
        return;
    }
    location_t where = token.where;

    token = next_token();
    if (token.type == CPP_NAME) {
        if (token.text == "push") {
            action = Push;
        } else if (token.text == "pop") {
            action = Pop;
        } else {
            malformed(token, pragma, "expected 'push', 'pop' or a section name in quotes");
            return;
        }
        token = next_token();
        if (token.type == CPP_COMMA) {
            token = next_token();
            if (token.type == CPP_NAME) {
                label = token.text;
                token = next_token();
                if (token.type == CPP_COMMA) {
                    token = next_token();
                    if (token.type != CPP_STRING) {
                        malformed(token, pragma, "expected a section name in quotes");
                        return;
                    }
                }
            } else if (token.type != CPP_STRING) {
                malformed(token, pragma, "expected a label or a section name in quotes");
                return;
            }
        }
    }
    if (token.type == CPP_STRING) {
        section = token;
        has_section = true;
        check_section_name(section, pragma);
        token = next_token();
        if (token.type == CPP_COMMA) { // the segment class: kept for compatibility, without effect
            token = next_token();
            if (token.type != CPP_STRING) {
                malformed(token, pragma, "expected a segment class in quotes");
                return;
            }
            token = next_token();
        }
    }
    if (token.type != CPP_CLOSE_PAREN) {
        malformed(token, pragma, "expected ')'");
        return;
    }
    expect_end_of_line(pragma);

    if (action == Push) {
        segment->stack.push_back({label, segment->current});
    } else if (action == Pop) {
        pop(segment, label, where);
    }
    if (has_section) {
        segment->current = section.text;
    } else if (action == Set) {
        segment->current.clear();
    }
}

// A function definition begins: alloc_text has been applied already; code_seg applies here.
void on_function(void *event, void *)
{
    tree function = static_cast<tree>(event);

    if (function == NULL_TREE || TREE_CODE(function) != FUNCTION_DECL) {
        return;
    }
    awaiting_definition.erase(IDENTIFIER_POINTER(DECL_NAME(function)));

    // The definition has not met the earlier declaration yet, and will inherit its section.
    tree earlier = identifier_global_value(DECL_NAME(function));
    if (code_segment.current.empty() || DECL_SECTION_NAME(function) != NULL
        || (earlier != NULL_TREE && TREE_CODE(earlier) == FUNCTION_DECL
            && DECL_SECTION_NAME(earlier) != NULL)
        || lookup_attribute("always_inline", DECL_ATTRIBUTES(function)) != NULL_TREE) {
        return;
    }
    place_function(function, code_segment.current, DECL_DECLARED_INLINE_P(function));
}

// A declaration is complete: variables that this unit defines go where the pragmas say.
void on_declaration(void *event, void *)
{
    tree variable = static_cast<tree>(event);

    if (TREE_CODE(variable) != VAR_DECL || !TREE_STATIC(variable) || DECL_EXTERNAL(variable)
        || DECL_HARD_REGISTER(variable)) {
        return;
    }

    // A tentative definition may have been placed by bss_seg before its initialiser was seen.
    bool placed_here = lookup_attribute("pagoda placed", DECL_ATTRIBUTES(variable)) != NULL_TREE;
    if (DECL_SECTION_NAME(variable) != NULL && !placed_here) {
        return;
    }

    Segment *segment = &bss_segment;
    if (DECL_INITIAL(variable) != NULL_TREE) {
        bool constant = TREE_READONLY(variable) && !TREE_THIS_VOLATILE(variable);
        segment = constant ? &const_segment : &data_segment;
    }
    if (segment->current.empty()) {
        if (placed_here && DECL_INITIAL(variable) != NULL_TREE) {
            set_decl_section_name(variable, (const char *)NULL);
        }
        return;
    }

    (segment == &const_segment ? const_names : data_names).insert(segment->current);
    if (placed_here) {
        set_decl_section_name(variable, segment->current.c_str());
    } else {
        decl_attributes(&variable, placement(segment->current, false, false), 0);
        DECL_ATTRIBUTES(variable) = tree_cons(get_identifier("pagoda placed"), NULL_TREE,
                                              DECL_ATTRIBUTES(variable));
    }
}

// The whole unit is parsed: data that shares a section name with other content is renamed, and
// alloc_text that named a function defined elsewhere is reported.
void on_unit_parsed(void *, void *)
{
    varpool_node *node;

    FOR_EACH_VARIABLE(node)
    {
        tree variable = node->decl;
        if (lookup_attribute("pagoda placed", DECL_ATTRIBUTES(variable)) == NULL_TREE
            || DECL_SECTION_NAME(variable) == NULL) {
            continue;
        }

        std::string section = DECL_SECTION_NAME(variable);
        bool code = code_names.count(section) != 0;
        bool constant = DECL_INITIAL(variable) != NULL_TREE && TREE_READONLY(variable)
                        && !TREE_THIS_VOLATILE(variable);
        if (constant && (code || data_names.count(section) != 0)) {
            set_decl_section_name(variable, (section + "$r").c_str());
        } else if (!constant && code) {
            set_decl_section_name(variable, (section + "$d").c_str());
        }
    }
}

void on_unit_finished(void *, void *)
{
    for (const auto &missing : awaiting_definition) {
        warning_at(missing.second, 0,
                   "%<#pragma alloc_text%>: %qs is not defined in this translation unit",
                   missing.first.c_str());
    }
}

bool (*target_can_inline)(tree, tree);

// Code of another section enters a function only if its author wrote "inline".
bool can_inline(tree caller, tree callee)
{
    const char *to = DECL_SECTION_NAME(caller);
    const char *from = DECL_SECTION_NAME(callee);
    bool same = to == from || (to != NULL && from != NULL && strcmp(to, from) == 0);

    if (!same && !DECL_DECLARED_INLINE_P(callee)) {
        return false;
    }
    return target_can_inline(caller, callee);
}

void on_pragmas(void *, void *)
{
    c_register_pragma_with_expansion(NULL, "alloc_text", on_alloc_text);
    c_register_pragma_with_expansion_and_data(NULL, "code_seg", on_segment, &code_segment);
    c_register_pragma_with_expansion_and_data(NULL, "data_seg", on_segment, &data_segment);
    c_register_pragma_with_expansion_and_data(NULL, "bss_seg", on_segment, &bss_segment);
    c_register_pragma_with_expansion_and_data(NULL, "const_seg", on_segment, &const_segment);
}

} // namespace

int plugin_init(struct plugin_name_args *info, struct plugin_gcc_version *version)
{
    if (!plugin_default_version_check(version, &gcc_version)) {
        error("the section pragma plugin was built for another compiler: GCC %s",
              gcc_version.basever);
        return 1;
    }

    target_can_inline = targetm.target_option.can_inline_p;
    targetm.target_option.can_inline_p = can_inline;

    register_callback(info->base_name, PLUGIN_PRAGMAS, on_pragmas, NULL);
    register_callback(info->base_name, PLUGIN_START_PARSE_FUNCTION, on_function, NULL);
    register_callback(info->base_name, PLUGIN_FINISH_DECL, on_declaration, NULL);
    register_callback(info->base_name, PLUGIN_ALL_IPA_PASSES_START, on_unit_parsed, NULL);
    register_callback(info->base_name, PLUGIN_FINISH_UNIT, on_unit_finished, NULL);
    return 0;
}
