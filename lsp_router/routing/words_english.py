"""What developers' words speak for, in English, when they want work done on code.

A table is label → weight → phrases between bars. A weight reads as log-odds: 1 is a hint, 2 is clear, 4 decides alone.
Verbs that fit any work (add, make, update) weigh less than the things they are done to (tests, comments, branches).
`^` marks a phrase that counts only where a request begins ("add …", "please add …"). Any regular ending of a listed
word is found too (test: tests, tested, testing), and of two phrases that begin at the same word the longer one counts.
"""

from __future__ import annotations

from collections.abc import Mapping

Table = Mapping[str, Mapping[float, str]]

ENGLISH: Table = {
    "fix": {
        6.0: "/fix",
        4.0: "^fix | ^debug | ^repair | ^diagnose | ^troubleshoot | why isnt | why doesnt | why wont | why cant"
        " | why didnt | why am i getting | why do i get | why does it not | why is it not | why is this not"
        " | test pass | why do i keep | test fail | failing test | test broken | make it work | make this work"
        " | get it to work | it compile | code compile | make it build | crash | whats causing"
        " | what causes the error",
        3.0: "bug fix | not work | doesnt work | dont work | isnt working | wont work | stopped working | broken"
        " | traceback | segfault | segmentation fault | does nothing | blow up | fail with | ^resolve | behave"
        " | deadlock | race condition | memory leak | went wrong | whats wrong | what is wrong | null pointer"
        " | nothing happens | nullpointerexception | off by one | double free | keep getting | i get a | i get an"
        " | im getting | i am getting | not assignable | no overload | has no attribute | has no member"
        " | not callable | not iterable | no such file | unresolved | undeclared | redeclared | incompatible"
        " | mismatch | unexpected token | possibly undefined | implicitly | never called | never end | never reached"
        " | never return | never run | is missing | exit code | non zero | throw | find the mistake | out of range"
        " | out of bounds | something is off | something is wrong | something wrong | returns undefined | complain"
        " | complaint | forever | should return but | but it returns | but got | but i get | but received"
        " | not showing | not updating | not displayed | not being | not rendering | not loading | no such"
        " | not a function | is undefined | is null | undefined method | unhandled | uncaught | should work but"
        " | does not work | was not found",
        2.5: "fix | repair | following error | this error | an error | get error | give error | error when"
        " | the error | doesnt compile | does not compile | wont compile | not compile | cant compile"
        " | merge conflict | wrong result | wrong output | output is wrong | regression | ^correct"
        " | ^solve the error | ^solve this | does not exist | doesnt exist | could not find | cannot find"
        " | cant find | could not | couldnt | infinite loop | throw an error | stuck | flicker | unauthorized"
        " | forbidden | cors | overflow | out of memory | stack overflow | instead i get | ^get rid of the warning"
        " | ^get rid of the error | type error | compile error | compiler error | syntax error | build error"
        " | runtime error | linker error | import error | lint error | no longer work",
        2.0: "error | bug | exception | hang | freeze | leak | prevent | doesnt build | wont start | wont build"
        " | overlap | wont load | wont run | typeerror | valueerror | keyerror | not found | not defined"
        " | undefined reference | stack trace | stacktrace | unable to | weird | strange | glitch | stutter"
        " | blank page | suddenly",
        1.7: "isnt | arent | wasnt | doesnt | didnt | wont | werent | hasnt | linter | eslint | mistake | it prints"
        " | it shows | it gives | it returns | it says | it throws | happy | but i",
        1.5: "fail | incorrect | wrong | problem | issue | invalid | unexpected | permission denied | timed out"
        " | deprecation warning | nan | lint | null case | cannot | cant | figure out why | find out why"
        " | always zero | always returns | refuse | mypy | pylint | flake8 | ruff | sonar | tsc | clippy | sort out"
        " | warning | undefined | doesn t | vulnerability",
        1.0: "not | help | says | solve | correct | ^why | expected | missing | anymore | since yesterday | ^handle"
        " | but it | but the | still | ^address | timeout | null check | required | ambiguous | lifetime | denied",
        0.3: "this | these | here | my",
        -1.5: "^implement | ^create | ^write | ^generate | ^add",
    },
    "refactor": {
        4.0: "refactor | ^clean up code | ^convert this | ^turn this into | ^turn these into | comment out | uncomment",
        3.0: "^rename | ^simplify | ^restructure | ^modernize | ^modernise | ^deduplicate | ^decouple | ^unify"
        " | ^consolidate | ^encapsulate | ^shorten | ^tidy | ^inline | ^convert to | ^replace | ^reformat"
        " | ^optimize | ^optimise | ^streamline | ^declare as | ^make simpler | ^vectorize | ^vectorise"
        " | ^break this into | ^dont | ^break into | ^return early | ^extract the | ^extract this | ^extract into"
        " | ^extract to | ^switch to | ^swap | ^indent | only want | only show | ^instead | should also"
        " | it should also | separate function | own function | instead of | ^make this | ^make it | ^reorder"
        " | ^rearrange | ^wrap | ^i dont want",
        2.5: "^rewrite | ^extract | ^change | ^modify | ^port | ^migrate | ^move | ^remove | ^adjust | ^factor out"
        " | ^clean up | ^clean this | ^clean the | ^merge | ^combine | ^drop | ^reduce | ^flatten | ^pull"
        " | ^get rid of | ^update the code | ^make these | ^make the | ^hide | ^prettify | ^alphabetize | ^alter"
        " | ^edit | ^speed up | ^reorganize | ^reorganise | no longer | more readable | more efficient | ^cleanup"
        " | ^eliminate | ^deprecate | ^hoist | ^abstract | ^in line | ^shift | ^center | ^round | ^resize"
        " | ^lowercase | ^uppercase | ^capitalize | ^scale",
        2.0: "instead | ^parameterize | ^parametrise | ^reverse the order | ^split | ^update | ^use | ^turn"
        " | ^improve | ^format | ^separate | ^apply | ^never | ^avoid | ^only | ^align | ^reuse | ^polish"
        " | ^minimize | ^minimise | ^translate | ^skip | ^limit | ^exclude | ^include | ^increase | ^decrease | ^put"
        " | ^keep | ^disable | ^expose | ^introduce | ^enforce | ^ensure | ^pass | ^bump | ^upgrade | ^also"
        " | ^rework | ^refine | ^stop | ^group | ^transform this | ^strip | ^make all | ^make sure | ^sort the"
        " | ^filter out | ^make class | ^make each | ^make every | ^make them | ^make method | ^remove all"
        " | error handling | type hint | ^switch | type annotation | try catch | try except | should be | should not"
        " | should go | should have | ^convert | f string | on its own line | better name | better one"
        " | variable name | ^collapse into | smaller function | ^shrink",
        1.5: "^add | ^make | ^set | ^delete | ^support | ^cache | ^initialize | ^revert | ^i want | ^allow | ^sort"
        " | ^enable | ^show | ^should | ^let | ^assign | logging | duplication | duplicate code | shorter | simpler"
        " | smaller | bigger | cleaner | larger | lighter | darker | faster | rather than | dead code"
        " | dependency injection | async await | snake case | camel case | camelcase | early return | nesting"
        " | caching | retry | ^implement logging | padding | margin | bold | font | magic number | layer"
        " | separate module | hardcode | idiomatic | readability | dark mode | spinner | pagination | null check"
        " | nicer | prettier | prefer | arrow function | configurable | static",
        1.0: "^implement | readable | efficient | simplify | rewrite | rename | modify | to be | as well | optional"
        " | as one | default | parameter | pattern | more | less | unused | everywhere | color | colour | style"
        " | width | height | verbose | constant | helper | same but | abstract | immutable | nullable | sorted by"
        " | performance | abstraction | interface for | selection to",
        0.7: "this | these | it | selected | selection | the code | the following | here | all",
        -1.5: "^how to | ^how do i | ^how can i | ^how would i | ^where can i | ^what | ^is there | ^should we",
    },
    "test": {
        6.0: "/test | /setuptests | write failing test | add failing test | create failing test",
        5.5: "write a test that | add a test that",
        5.0: "unit test | unittest | test case | regression test | integration test | test suite"
        " | property based test | test file | ^test this | ^write test | ^add test | ^generate test | ^create test"
        " | testing library | test coverage | test data | functional test | smoke test | end to end test | e2e test"
        " | test plan | component test | test class | test function | test method | test scenario"
        " | table driven test | parametrized test | acceptance test | load test"
        " | performance test | snapshot test | mutation test | contract test | api test | ui test | missing test",
        4.0: "pytest | vitest | jest | mocha | junit | rspec | xunit | nunit | mstest | googletest | gtest | catch2"
        " | test | cypress | playwright | testng | mockito | jasmine | phpunit | xctest | minitest | testify | karma"
        " | selenium | enzyme | doctest | ^test | ^parametrize | moq | spock | testcontainers | msw | supertest"
        " | bats | ava",
        3.5: "coverage | e2e | end to end | tdd | bdd | ^cover | ^mock | test double | code coverage | assertion"
        " | write spec | ^write a spec for | add spec | spec for | fake timer | testbed | test bed | ^add mock",
        2.5: "suite | fixture | mock | stub | edge case | parametrize | flaky | happy path | error path | ^assert"
        " | ^stabilise | ^stabilize | assert that | ^verify that | ^check that | snapshot | ^unskip"
        " | negative scenario | sinon",
        2.0: "spec | verify | spy | corner case | ^verify | scenario | assert | fuzz",
        -1.0: "fail",
        -3.5: "test fail | failing test | test pass | test broken",
    },
    "docs": {
        6.0: "/doc",
        5.0: "docstring | doc string | javadoc | jsdoc | tsdoc | docc | doxygen | rustdoc | godoc | phpdoc | kdoc"
        " | yard | doc comment | xml comment | xml doc | xml documentation | code comment | readme | broken link"
        " | header comment | add comment | getting started | user guide | usage instruction | api reference"
        " | docblock | inline comment | fix typo | fix spelling | fix grammar | with a comment | with comment"
        " | file header | license header",
        4.5: "^document | documentation | doc | ^comment | sphinx | changelog | release note | quickstart"
        " | quick start | write comment | generate comment | install guide | installation guide | contributing guide"
        " | readme.md | changelog.md | contributing.md | as doc comment | in docstring | function in comment",
        4.0: "description | guide | tutorial | faq | ^clarify | how to guide | migration guide | wiki | typo"
        " | roadmap | screenshot | mkdocs | docusaurus | screencast | troubleshooting | cheat sheet | contributing",
        3.0: "comment | ^describe | ^mention | ^add note | ^add example | manual | ^reword | spelling | grammar"
        " | wording | summary tag | instruction | ^link to | ^annotate with | ^note that | ^explain how"
        " | introduction | setup step | install step | walkthrough",
        2.0: "note | step | supported model | supported version | supported language | outdated | example for"
        " | describe | page | section | mention | example in | add an example | link | license | prerequisite"
        " | terminology | badge | diagram | architecture overview | configuration reference | reference for"
        " | in the example",
        1.0: "setup | ^how to | example | explain | markdown | reference | usage | summary | website | site | blog"
        " | announce",
        -1.5: "^implement | ^what",
        -3.0: "review comment | pr comment | for this comment | comment out | to comment a line",
    },
    "prose": {
        5.5: "privacy policy | changelog | release note | terms of service | terms of use | code of conduct"
        " | press release | blog post | translate the doc | translate this doc | translate the readme"
        " | security policy | license text",
        3.0: "announcement | newsletter | style guide | tone of voice | email to | policy document | policy text"
        " | product copy | marketing | glossary | ^proofread | proofread | translation of | user facing text",
        2.0: "^translate | policy | translation | localize | localise | wording | copywriting",
    },
    "spec": {
        4.0: "specification | user story | acceptance criteria | acceptance criterion | prd | product requirement"
        " | requirements document | functional requirement | technical spec | feature spec | write the spec"
        " | design intent | intent document | gherkin",
        2.5: "requirement | given when then | use case | scope of work | definition of done | rfc",
        -2.0: "according to spec | spec file",
    },
    "explain": {
        6.0: "/explain",
        4.5: "explain | walk me through | walk through | describe what | describe how | help me understand"
        " | break down | explanation | give me an overview | what does this | what is this | whats this"
        " | what is happening | eli5 | what is going on | summarize | summarise | difference between | difference of"
        " | dont understand | do not understand | dont get | in plain english | in simple terms | in simple words"
        " | like im five",
        4.0: "^teach me | syntax of | syntax for | equivalent of",
        3.5: "^what is | ^what does | ^what do | ^what are | ^what will | ^what would | ^meaning of | what it does"
        " | what this does | ^why do | ^why is | ^why are | ^why does | ^how does | ^how do these | ^how is"
        " | ^how are | ^how come | ^who call | what does it | ^why did | ^what happen | what do these"
        " | ^how many time | ^why would | ^what type | ^what kind | how do i read | how to read this | purpose of"
        " | ^what was | ^how much | ^in which | is it possible | ^why not | ^why use | ^why was | how does",
        2.5: "^what | ^why | ^where is | ^where are | ^where does | ^where do | ^when | ^which | ^who | ^does"
        " | understand | mean | overview | ^is it | ^is this | ^is the | ^is there | ^are there | ^are these"
        " | ^do i need | ^can i | ^tell me | ^interpret | ^understand | ^clarify what | ^what s | ^do we | do i need"
        " | ^tell me about",
        1.8: "^how to | ^how do i | ^how can i",
        1.5: "^how | ^where | ^is | ^are | ^do | ^did | how this work | how it work | step by step | why | what"
        " | intuition | difference | ^show me where | how do these | ^could it be",
        0.7: "this | these | here | does | code do",
        0.5: "in this project | in this codebase | in this repo | line",
        -1.0: "^add | ^create | ^write | ^generate | ^make | ^fix | ^how to fix",
        -2.0: "comment | docstring | readme | readme.md | ^what extension | ^which extension | ^which key"
        " | ^what key | shortcut | whats new | what s new",
    },
    "review": {
        6.0: "/review",
        4.5: "review | code review | ^critique | ^audit | look over | any security issue | for bug | any bug"
        " | any problem | any issue | any mistake | anything wrong | potential bug | potential issue"
        " | security review | could be improved | can be improved | for vulnerability | any vulnerability"
        " | security hole | would you improve | for problem | for mistake | for error | for security | for issue"
        " | any concern | ok to merge | ready to merge | be exploited | suggest improvement | potential problem"
        " | spot mistake | spot bug | spot any | spot the",
        3.0: "feedback | lgtm | nit | nitpick | critique | code smell | what do you think | before i push"
        " | before i merge | before i commit | sanity check | second opinion | room for improvement | is this safe"
        " | look for | is this code ok | is this code good | is this code safe | is this code secure"
        " | is this correct | is this right | look good | exploit | ^pull request",
        2.0: "my change | this pr | my pr | this diff | vulnerability | security issue | pull request | ^spot"
        " | is this good | is this ok | production ready | ^rate | ^inspect this | ^assess | ^evaluate my"
        " | ^check this | ^check the code | ^check my | are there any",
        1.0: "my implementation | be critical | improvement | best practice | concern | ^check",
        -3.0: "review comment | ^address",
    },
    "architecture": {
        6.0: "considered option | decision record",
        4.0: "architecture | architectural | adr | system design | trade off | tradeoff | should we | how should we"
        " | database schema design | module structure | design document | what architecture | sql or nosql"
        " | design for | rest or graphql | scalable design | should live | or microservice | would be a good first",
        3.0: "^design | microservices | monolith | pros and cons | tech stack | event sourcing | cqrs"
        " | decision driver | domain driven | hexagonal | high level design | we need to decide | decide between"
        " | folder structure | bounded context | which database | which framework | which library should"
        " | design the | design a | caching layer | plan the migration | or in the | or in each | or rather"
        " | project structure",
        2.0: "^propose | ^recommend | database schema | plugin system | scalable | scalability | data model"
        " | multi tenant | best approach | best way to structure | best way to organize | how to structure"
        " | how to organize | ^decide | event driven | high availability | ^choose | ^evaluate whether | ^plan"
        " | structure the | recommend one | where should | ^sketch | what would be a good | across the whole",
        1.5: "^compare | versus | vs | or should | recommend | event pipeline | service boundary | scale to"
        " | alternatives",
        0.5: "service | backend | component | strategy | options | decision | migrate from",
    },
}
