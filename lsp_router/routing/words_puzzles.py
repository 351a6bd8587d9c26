"""The words of problems that stand on their own: puzzles, exercises and textbook algorithms.

Many of these are weak alone and telling together, so the list is long and the weights are small.
"""

from __future__ import annotations

from lsp_router.routing.words_english import Table

PUZZLES: Table = {
    "algorithm": {
        4.0: "you are given | you re given | in this task | your task | this function takes | input to this function"
        " | program should | solve the following problem | dynamic programming | of this exercise | this exercise"
        " | binary search tree | given a list | given an array | given a string | given two | given an integer"
        " | given a number | given a word | given a phrase | given a position | given a positive | given a sentence",
        3.0: "quicksort | mergesort | merge sort | heapsort | bubble sort | insertion sort | dijkstra | backtracking"
        " | knapsack | shortest path | breadth first | depth first | topological sort | sliding window | two pointer"
        " | n queens | lru cache | big o | time complexity | linked list | greedy algorithm | minimum spanning tree"
        " | returns true if | returns the number of | binary search | sieve | levenshtein | edit distance",
        2.5: "data structure | in constant time | linear time | run length | ^given | roman numeral | fibonacci"
        " | palindrome | factorial | anagram | subsequence | return true | cipher | trie | hamming | pangram"
        " | isogram | tribonacci | prime number | prime factor | nth | check if a given | check if the given"
        " | leap year | triangle | algorithm for | an algorithm | algorithm to | algorithm that",
        2.2: "^implement a | ^implement an | ^implement the | circular buffer | priority queue | bloom filter"
        " | union find | saddle point",
        2.0: "you have | your job | puzzle | ^from a list | ^for a given | ^from two | list of integer"
        " | list of number | list of string | array of integer | array of number | common divisor | given integer"
        " | given number | given string | given list | given array | knight | chess | ^work out | substring"
        " | permutation | determine if | determine whether | return false | ^return | ^determine | ^simulate"
        " | ^calculate | ^compute | ^count | o n | o 1 | as an input | as input | if and only if | in the given"
        " | function takes | method takes | a function which | a function that takes | takes a list | takes a string"
        " | takes two | takes an integer | takes an array | takes as input | ^solve",
        1.5: "takes a | multiple of | lyrics | verse | ^sum | ^write code that | ^find | ^check whether"
        " | ^check if a | ^detect | ^reverse | ^rotate | ^encode | ^decode | ^parse | ^tally | ^score | ^implement"
        " | ^sort an | ^filter an | ^rank | ^validate a | ^convert a | ^convert an | ^find the | ^create a function"
        " | ^write a function | ^create an implementation | prime | vowel | consonant | divisible | algorithm"
        " | robot | exercise | recursion | recursive | matrix | islands | ^compare two | ^translate from | ^evaluate"
        " | ^insert a number | ^transform | ^manage | ^build a function | dna",
        1.0: "digit | binary | integer | largest | smallest | longest | shortest | maximum | minimum | biggest"
        " | fewest | ascending | descending | monotonic | even number | odd number | consecutive | encode | decode"
        " | encryption | such that | the given | heap | hash table | polynomial | sum of | product of | number of"
        " | occurrence | is defined | equal to | in the order | whether | or false | otherwise | true if | false if"
        " | for example | decimal | fraction | modulo | median | average | exponent | perimeter | hypotenuse"
        " | complexity | traversal | true or false | greater than | less than | starting from | greatest"
        " | positive integer | natural number",
        0.7: "array | element | grid | graph | tree | sequence | character | letter | uppercase | lowercase | odd"
        " | even | sum | distinct | unique | divisor | factor | cube | square | root | reverse | rotate"
        " | parenthesis | parentheses | bracket | subset | pair | player | board | score | coin | each | sorted"
        " | nested | length | position | move | number | value | rule | represent | word | return | row | column"
        " | planet | year | student | dice",
        0.4: "list | string | node | index | order | empty | exactly | two | three | count | find | input | output"
        " | called | known | if the | each of | must | should | will be | different | only | first | last"
        " | calculate",
        -1.0: "selected | selection | here | the code | my code | this file | this code | app | website | project"
        " | test | ^fix | ^rename | ^change | ^update | ^remove | ^explain | ^what | ^why | ^how | git | button"
        " | error",
    },
}
