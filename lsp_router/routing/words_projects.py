"""What developers' words speak for, in English, when they want something new, or something that is not code at all."""

from __future__ import annotations

from lsp_router.routing.words_english import Table

PROJECTS: Table = {
    "boilerplate": {
        6.0: "jupyter notebook | new notebook | new project | new workspace | create notebook | generate notebook"
        " | /new | create a workspace | create project | create workspace | /newnotebook",
        4.5: "scaffold | boilerplate | project skeleton | starter template | starter project | starter kit"
        " | hello world app | hello world project | new app | a notebook | project template | new application"
        " | new solution | create a project | new repo | create a repo | empty project | new website | app with"
        " | application with | application using | app using | project with | application where | shooter",
        3.5: "web app | web application | webapp | mobile app | desktop app | console app | console project"
        " | website | console application | landing page | ^bootstrap | ^set up a | ^setup a | skeleton | notebook"
        " | todo app | app that | application that | todo list | android app | ios app | chat app | chat application"
        " | web site | web api | hello world in | timer app | extension that | game in | game with | ^create game"
        " | ^create app | single page app | command line tool | app to | application to | app for | app which"
        " | command line app | portfolio site | react app | vscode extension | vs code extension | browser extension"
        " | create an app | create a app | build an app | application for | application which | create an extension"
        " | ^scaffold | windows app | full stack app | ^create a new",
        2.5: "monorepo | starter | full stack | fullstack | crud app | rest api with | ecommerce | online shop"
        " | platformer | discord bot | telegram bot | slack bot | chatbot | workspace which | workspace that"
        " | e commerce | tetris | 2d game | microservice with | cli tool | web server | api server | pwa"
        " | system for | a system | management system | simple game | tic tac toe | snake game | calculator app"
        " | weather app | note app | blog with | project for | project using | project in | project that"
        " | game where | game that | chess game | microservice",
        2.0: "^build me | ^build a | ^build an | ^generate a project | project | ^start a | ^start a new"
        " | ^initialize a | ^new | chrome extension | ^develop a | ^develop an | ^i want to build | ^make me a"
        " | azure function | lambda function",
        1.5: "app | application | ^build | ^create | ^develop | game | rest api | crud | dashboard | bot | cli"
        " | server with | docker compose | from scratch | template | jupyter | ^make a | ^make an | ^create me"
        " | minimal | workspace | blog | login page | simple | portfolio | e2e app | library with",
        1.0: "^a | ^an",
        0.7: "^generate | react | vue | angular | svelte | nextjs | next.js | django | flask | fastapi | express"
        " | laravel | spring boot | rails | flutter | .net | electron | mongo | mongodb | postgres | tailwind | node"
        " | nodejs | mysql | node.js | typescript | kotlin | pygame | redis | sqlite | cmake | asp.net | blazor"
        " | wpf | unity | swiftui | swift | c# | java | rust | golang | streamlit | gradio | dotnet | node js"
        " | three.js | d3 | docker | maven | gradle | go | python | html | css | javascript | php | c++ | vite | mdx"
        " | grpc | matplotlib | pandas | scikit | pytorch",
        -1.0: "^what | ^why | ^how | ^fix | ^update | ^change | ^rename | ^remove",
        -1.2: "this | these | selected | selection | here | the code | this app | this project",
    },
    "generate": {
        6.0: "/generate",
        4.0: "for this comment | from this comment | from the comment | suggest code | code to | code for"
        " | code that | code which | script to | script that | script which | write code | function to"
        " | function that | function which | a class called | a class named | basic class | simple class"
        " | empty class | powershell to | command to write",
        3.0: "query for | query to | query that | regex for | regex that | regex to | method that | method to"
        " | method which | snippet | a class for | a class that | class called | class named | class that"
        " | class which | function called | function named | a helper | sql query | bash script | shell script"
        " | python script | powershell script | a dockerfile | regular expression | missing method"
        " | missing function | getter and setter | component that | example of | one liner | a component | a module"
        " | module for | a variable | a file with | from this json | hook that | class with | linq query"
        " | github action | pydantic model | dummy data | api call | create constructor | create a constructor"
        " | create a function | create function | create a class | create class | create a method | create method"
        " | create variable | create a table | create table | create html | create a button | create an array"
        " | create an object | create a list | create a json | create a component | create component"
        " | create a model | create an interface | create a form | create a page | create a script | create a query"
        " | create an endpoint | write a function | write function | write a class | write a method | write a script"
        " | write a query | new function | new method | add a method | add a function | add a class | add method"
        " | add function | add endpoint | new class | new endpoint | random data | mock data | sample data"
        " | for loop | while loop",
        2.0: "^create | ^write | ^generate | ^suggest | ^declare | ^define | ^call | ^fetch | ^loop | ^iterate"
        " | ^print | ^get | ^complete | ^fill in | ^insert | ^give me a | ^write me | ^give me an | ^autocomplete"
        " | ^continue | ^finish | ^instantiate | ^query | ^upload | ^download | ^read | ^load | ^send | ^plot"
        " | ^draw | ^import",
        1.5: "^implement | ^parse | ^display | ^select | ^save | ^store | ^return | ^connect to | ^check if"
        " | ^set up | ^render | ^log | ^subscribe | ^post | ^put | ^request | ^calculate | ^compute | ^make a"
        " | ^make an | ^throw | ^export | ^map | ^join | ^retrieve | ^extract all | ^initialize | ^provide"
        " | ^show me | ^append | ^push | ^sum | ^populate | ^concatenate | ^assign | ^serialize | ^deserialize"
        " | ^execute | ^invoke | ^schedule | ^open a | ^authenticate",
        1.0: "^a | ^an | ^add | ^show | ^find | ^build | ^open | ^filter | ^use | ^given | ^convert | ^set | ^make"
        " | ^for each | ^start a | ^list all | ^list the | ^check",
        0.4: "function | class | method | interface | enum | struct | script | regex | dockerfile | component"
        " | module | dataframe | array | json | variable | csv | yaml | loop | hook | endpoint | column | query"
        " | random | dummy | sample | terraform | list of | data | table | button | file | input | output | example"
        " | constructor | object | dictionary | string | model | schema | callback | bicep | select statement | form"
        " | row",
        -0.7: "this | these | selected | selection | here | the code",
        -1.0: "^how to | ^how do i | ^how can i | ^what | ^why | ^explain",
    },
    "other": {
        6.0: "/terminal | /startdebugging | /search | @terminal | @vscode",
        4.5: "vscode | vs code | visual studio code | keybinding | key binding | keyboard shortcut | command palette"
        " | minimap | format on save | auto save | autosave | zen mode | word wrap | ^git | ^npm | ^pip | ^docker"
        " | ^ssh | ^curl | settings.json | settings json | keybindings.json | ^cd | ^ls | ^grep | ^brew | ^apt"
        " | ^kubectl | ^yarn | ^pnpm | ^chmod | cherry pick | ip address | disk usage | disk space | ^hello | ^hi"
        " | ^thank | ^hey | color theme | multi cursor | multiple cursor | status bar | activity bar | side bar"
        " | sidebar position | dark theme | last commit | force push | default terminal | integrated terminal"
        " | ^conda | ^sudo | user setting | workbench | language mode | bracket pair | sticky scroll | icon theme"
        " | indent guide | go to definition | workspace setting | setting sync | vertical tab"
        " | line number in the editor | two commits | upstream branch | tar.gz | who are you | symbolic link"
        " | good morning | good evening | go to line | line wrapping | default shell",
        3.5: "git | branch | shortcut | terminal | stash | rebase | squash | ^install | ^uninstall | ^kill | ^unzip"
        " | ^zip | ^activate | ssh | hidden file | command line | powershell | gitignore | ^which extension"
        " | the editor | ^untar | ^what extension | which command | folder recursively | breadcrumb | git add"
        " | tab size | recursively | venv | virtual environment | process on port | running process | launch.json"
        " | extension marketplace | file explorer | editor font | source control | settings | preference | ^undo"
        " | ^commit | ^checkout | debug console | ^stage | intellisense | new feature | latest feature"
        " | updated feature | split editor | ^what time | container | node modules | node_modules"
        " | current directory | lines of code | modified today | copilot | devcontainer | wsl | cron | systemctl"
        " | untracked | working tree | environment variable | what can you do | in this release | symlink"
        " | ^compress | ^ping | code section | fold all | latest version | python interpreter | remote repository"
        " | git history | clear the screen | a directory | a folder | the directory | the folder | tar | gzip",
        2.5: "commit | ^where can i | theme | extension | explorer | sidebar | folder | ubuntu | macos | linux"
        " | homebrew | ^run | ^restart | ^inspect | ^list all | ^list files | ^connect to server | ^clone | ^how to"
        " | ^how do i | ^how can i | ^copy | debugger | breakpoint | docker image | npm | pip | ^turn off | ^turn on"
        " | ^mount | ^exit | layout | directory | ^start the server | pid | cpu usage | unstage | ^which key"
        " | key to | all files | txt file | remote | origin | memory usage | file permission | ^close"
        " | ^list running | release | ^is there a way | cursor",
        1.5: "alias | version | log file | running server | port | process | ^open | ^push | ^pull | ^download"
        " | ^show all | collapse | file named | ^find all | ^find files | font size | panel | permission | workspace"
        " | docker | file size | ^rename file | ^move file | ^delete file | outline | tooltip | snippet"
        " | notification | profile | command | ^start a | bash | zsh | shell | ^search",
        1.0: "windows | ^list | ^find | ^show | ^enable | ^disable | ^check | ^change | ^delete | ^start | ^stop"
        " | files | tab | latest | package | server | ^increase | ^move | ^rename | ^set | ^view | ^create a"
        " | ^update | ^remove | ^make",
        -1.5: "this | these | selected | selection | here | this code | the code | my code | this file",
        -2.0: "else branch",
        -3.0: "code to | code for | code that | python code | script to | script that | a function | a class"
        " | a method | function that | function to | basic class | class called | write code",
        -5.0: "hello world | extension that | extension which | extension for a",
    },
}
