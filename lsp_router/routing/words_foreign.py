"""The first words of requests in other languages people write to their tools in; accents are optional when matching."""

from __future__ import annotations

from lsp_router.routing.words_english import Table

FOREIGN: Table = {
    "fix": {
        3.5: "behebe | beheben | korrigieree | reparier | corrige | corriger | arregla | arreglar | soluciona"
        " | reparar | répare | conserte | corrija | 修复 | 修正 | 修改错误 | 报错 | 直して | исправь | почини"
        " | popraw | napraw",
        2.0: "fehler | funktioniert nicht | geht nicht | kaputt | error en | no funciona | erreur"
        " | ne marche pas | ne fonctionne pas | erro | não funciona | 错误 | 崩溃 | エラー | バグ | ошибка"
        " | не работает | błąd",
    },
    "refactor": {
        3.0: "vereinfache | vereinfachen | umbenennen | benenne | refaktoriere | ersetze | ändere | verschiebe"
        " | entferne | verbessere | optimiere | wandle | refactoriza | renombra | simplifica | reemplaza"
        " | cambia | elimina | mejora | optimiza | convierte | renomme | simplifie | remplace | améliore"
        " | supprime | déplace | refactorise | modifie | renomeie | refatore | melhore | simplifique | 重构"
        " | 重命名 | 优化 | 简化 | 替换 | 删除 | 改成 | リファクタリング | 書き換えて | переименуй | упрости"
        " | замени | удали | оптимизируй | semplifica | rinomina | uprość",
        1.5: "statt | en lugar de | en vez de | au lieu de | 改为 | вместо",
    },
    "test": {
        4.5: "schreibe tests | teste diese | komponententest | modultest | pruebas unitarias | tests unitaires"
        " | testes unitários | 单元测试 | 写测试 | 测试用例 | テストを書 | 単体テスト | юнит тест | тесты",
        3.0: "pruebas | testfall | 测试 | テスト",
    },
    "docs": {
        4.0: "dokumentiere | dokumentieren | kommentiere | documenta | documentar | 注释 | 文档 | ドキュメント"
        " | コメント | задокументируй | комментарии",
        3.5: "des commentaires | dokumentation | kommentare | documentación | comentarios | commentaires"
        " | documentation de | documentação",
    },
    "explain": {
        4.5: "erkläre | erklären | explica | explicar | explicame | explique | expliquer | explique moi | spiega"
        " | wyjaśnij | 解释 | 说明一下 | 什么意思 | 説明して | 説明 | объясни | was macht | que hace | que fait"
        " | cosa fa | o que faz | 这段代码做什么 | что делает | wie funktioniert | cómo funciona"
        " | comment fonctionne | 做什么 | 是什么",
        2.5: "^was | ^warum | ^wieso | ^weshalb | ^qué | ^por qué | ^cómo | ^pourquoi | ^quelle | ^quel | 为什么"
        " | なぜ | почему",
        1.5: "^wie | ^wo | ^comment | ^dónde | ^où | 如何 | 怎么",
    },
    "review": {
        4.0: "überprüfe | prüfe | begutachte | revisa | revisar | relis | vérifie | 审查 | 检查 | レビュー"
        " | проверь | sprawdź | controlla",
    },
    "architecture": {
        4.0: "architektur | entwirf | arquitectura | arquitetura | 架构 | アーキテクチャ | архитектура"
        " | sollten wir | deberíamos | devrions nous",
        2.5: "diseña | conçois | 设计",
    },
    "boilerplate": {
        3.0: "neues projekt | neue app | webanwendung | aplicación web | nuevo proyecto | application web"
        " | nouveau projet | novo projeto | 新的项目 | 新项目 | 新建项目 | 网站 | アプリ | приложение"
        " | новый проект | webseite | sitio web",
        1.5: "projekt | proyecto | projet | anwendung | aplicación | 项目 | 应用 | プロジェクト | проект | neues",
    },
    "generate": {
        2.5: "schreibe | erstelle | erzeuge | escribe | crea | genera | écris | crée | génère | escreva | crie"
        " | 写一个 | 创建 | 生成 | 编写 | 実装して | 作成して | 書いて | напиши | создай | napisz | scrivi"
        " | implementiere | implementa",
        1.5: "funktion | función | fonction | funkcja | função | 函数 | 関数 | функцию | klasse | clase | 方法",
    },
    "algorithm": {
        1.5: "primzahl | 算法 | 斐波那契 | アルゴリズム | алгоритм | algorithmus | algoritmo",
    },
}
