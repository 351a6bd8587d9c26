;;; lsp-router.el --- Suggestions of language models, through eglot or lsp-mode  -*- lexical-binding: t -*-

;; Three lines for your init file, with this file in your `load-path':
;;   (require 'lsp-router)
;;   (lsp-router-eglot-setup)                       ; or (lsp-router-lsp-mode-setup), beside your other servers
;;   (add-hook 'eglot-managed-mode-hook #'lsp-router-ghost-mode)

;; Package-Requires: ((emacs "29.1"))
;; Keywords: languages, convenience
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; `lsp-router-ghost-mode' shows suggestions as ghost text.  While one is shown, and only then, TAB takes it, M-f a
;; word of it, M-n asks for another and C-g throws it away.  Commands: `lsp-router-explain', `lsp-router-refactor',
;; `lsp-router-fix', `lsp-router-review', `lsp-router-write-tests', `lsp-router-document', `lsp-router-why',
;; `lsp-router-status', `lsp-router-pin'.  Quick fixes and refactorings are in `eglot-code-actions', too.
;;
;; eglot talks to one server per buffer.  Where you want another one beside this, use lsp-mode.

;;; Code:

(require 'cl-lib)
(require 'eglot)
(require 'jsonrpc)

(defgroup lsp-router nil "Suggestions of language models." :group 'tools)

(defcustom lsp-router-command '("lsp-router")
  "The program and its arguments."
  :type '(repeat string))

(defcustom lsp-router-settings nil
  "Settings as a plist: the tables of lsp-router.toml.
For example (:profile \"balanced\")."
  :type 'plist)

(defcustom lsp-router-ghost-text t
  "Whether suggestions come as ghost text; else they come as completions."
  :type 'boolean)

(defcustom lsp-router-modes '(prog-mode conf-mode)
  "Modes whose buffers eglot gives to lsp-router."
  :type '(repeat symbol))

(defface lsp-router-ghost '((t :inherit shadow :slant italic)) "Ghost text.")

(defvar lsp-router--status nil "What the server said last of itself.")

(defvar lsp-router--listeners (make-hash-table :test 'equal)
  "Functions by token, for texts that stream.")

;;; eglot

(defclass lsp-router-server (eglot-lsp-server) () :documentation "The server of lsp-router.")

(cl-defmethod eglot-client-capabilities :around ((_server lsp-router-server))
  "Say that ghost text is shown, and that explanations have their own window."
  (let* ((told (copy-tree (cl-call-next-method)))
         (document (plist-get told :textDocument))
         (window (plist-get told :window)))
    (plist-put told :window (plist-put window :showDocument '(:support :json-false)))
    (plist-put told :textDocument
               (append document (and lsp-router-ghost-text
                                     '(:inlineCompletion (:dynamicRegistration :json-false)))))))

(cl-defmethod eglot-initialization-options ((_server lsp-router-server))
  "Name the editor and hand over `lsp-router-settings'."
  (append (list :editorInfo (list :name "Emacs" :version emacs-version)) lsp-router-settings))

(cl-defmethod eglot-handle-notification ((_server lsp-router-server) (_method (eql didChangeStatus))
                                         &key busy kind message &allow-other-keys)
  "Show in the mode line whether a model is at work, and if not, why."
  (setq lsp-router--status (list :busy (eq busy t) :kind kind :message message))
  (force-mode-line-update t))

(cl-defmethod eglot-handle-notification :around ((_server lsp-router-server) (_method (eql $/progress))
                                                 &key token value &allow-other-keys)
  "Hand streamed text to whoever asked for it."
  (let ((hear (and (stringp token) (gethash token lsp-router--listeners))))
    (if hear (funcall hear value) (cl-call-next-method))))

;;;###autoload
(defun lsp-router-eglot-setup ()
  "Let eglot start lsp-router for `lsp-router-modes'."
  (add-to-list 'eglot-server-programs
               (cons lsp-router-modes (cons 'lsp-router-server lsp-router-command))))

;;; lsp-mode

(declare-function lsp-register-client "ext:lsp-mode")
(declare-function make-lsp-client "ext:lsp-mode")
(declare-function lsp-stdio-connection "ext:lsp-mode")
(declare-function lsp-activate-on "ext:lsp-mode")
(defvar lsp-language-id-configuration)

;;;###autoload
(defun lsp-router-lsp-mode-setup ()
  "Let lsp-mode start lsp-router beside the other servers of a buffer.
Ghost text is lsp-mode's own, from version 10 on; see
`lsp-inline-completion-mode'."
  (require 'lsp-mode)
  (lsp-register-client
   (make-lsp-client
    :server-id 'lsp-router
    :new-connection (lsp-stdio-connection (lambda () lsp-router-command))
    :activation-fn (lambda (&rest _) (apply #'derived-mode-p lsp-router-modes))
    :add-on? t
    :priority -3
    :completion-in-comments? t
    :initialization-options
    (lambda () (append (list :editorInfo (list :name "Emacs" :version emacs-version)) lsp-router-settings))
    :notification-handlers
    (let ((handlers (make-hash-table :test 'equal)))
      (puthash "didChangeStatus" #'ignore handlers)
      handlers))))

;;; Status

(defun lsp-router-mode-line ()
  "For `mode-line-format': (:eval (lsp-router-mode-line))."
  (cond ((plist-get lsp-router--status :busy) " ai…")
        ((equal (plist-get lsp-router--status :kind) "Error") " ai!")
        ((equal (plist-get lsp-router--status :kind) "Inactive") " ai-off")
        (t " ai")))

;;; Ghost text

(defvar-local lsp-router--overlay nil "Where ghost text is shown.")
(defvar-local lsp-router--item nil "What is shown: a plist of :text, :beg, :after and :raw.")
(defvar-local lsp-router--items nil "All answers, the shown one first.")
(defvar-local lsp-router--asked nil "Place and time of the last request.")
(defvar-local lsp-router--request nil "Number of the request under way.")
(defvar-local lsp-router--shown nil "What was last told to be shown.")

(defun lsp-router--typed ()
  "What was typed of the suggestion so far; nil when something else stands there."
  (when-let* ((beg (plist-get lsp-router--item :beg))
              ((<= beg (point)))
              (typed (buffer-substring-no-properties beg (point)))
              ((string-prefix-p typed (plist-get lsp-router--item :text))))
    typed))

(defun lsp-router--rest ()
  "What is left of the suggestion at point; nil when that does not fit."
  (when-let* ((typed (lsp-router--typed))
              (rest (substring (plist-get lsp-router--item :text) (length typed)))
              ((not (string-empty-p rest))))
    rest))

(defun lsp-router-clear ()
  "Hide the suggestion."
  (when lsp-router--overlay (delete-overlay lsp-router--overlay))
  (setq lsp-router--overlay nil lsp-router--item nil lsp-router--items nil))

(defun lsp-router--draw ()
  "Show what still fits, in the same command that typed: it never flickers."
  (when lsp-router--overlay (delete-overlay lsp-router--overlay))
  (setq lsp-router--overlay nil)
  (let ((rest (lsp-router--rest)))
    (if (not rest)
        (lsp-router-clear)
      (setq lsp-router--overlay (make-overlay (point) (point) nil t nil))
      (overlay-put lsp-router--overlay 'after-string (propertize rest 'face 'lsp-router-ghost 'cursor t))
      (lsp-router--tell-shown))))

(defun lsp-router--id (item)
  "The number of ITEM in the server's books."
  (let ((arguments (plist-get (plist-get (plist-get item :raw) :command) :arguments)))
    (and (> (length arguments) 0) (aref arguments 0))))

(defun lsp-router--tell-shown ()
  (let ((id (lsp-router--id lsp-router--item)) (server (eglot-current-server)))
    (when (and server id (not (equal id lsp-router--shown)))
      (setq lsp-router--shown id)
      (jsonrpc-notify server :textDocument/didShowCompletion
                      (list :item (plist-get lsp-router--item :raw))))))

(defun lsp-router--read (raw asked-at)
  "The suggestion RAW, asked for at ASKED-AT, as it lies in the buffer."
  (let* ((text (plist-get raw :insertText))
         (range (plist-get raw :range))
         (region (and range (eglot-range-region range))))
    (list :text (if (stringp text) text (plist-get text :value))
          :beg (if region (car region) asked-at)
          :after (if region (max 0 (- (cdr region) asked-at)) 0)
          :raw raw)))

(defun lsp-router--cancel ()
  "Tell the server that the answer under way is not wanted any more."
  (when-let* ((id lsp-router--request) (server (eglot-current-server)))
    (setq lsp-router--request nil)
    (jsonrpc-notify server :$/cancelRequest (list :id id))))

(defun lsp-router--take-answer (buffer asked position answer)
  "Show ANSWER in BUFFER, unless something newer than ASKED was asked for since."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (when (equal asked lsp-router--asked)
        (setq lsp-router--request nil
              lsp-router--items (mapcar (lambda (raw) (lsp-router--read raw position))
                                        (or (plist-get answer :items) (and (vectorp answer) answer)))
              lsp-router--item (car lsp-router--items))
        (lsp-router--draw)))))

(defun lsp-router-ask (&optional automatic)
  "Ask for a suggestion here; AUTOMATIC when nobody said so."
  (interactive)
  (when-let* ((server (eglot-current-server))
              ((eglot-server-capable :inlineCompletionProvider)))
    (let ((asked (list (buffer-chars-modified-tick) (point) automatic)) (buffer (current-buffer)))
      (unless (and automatic (equal asked lsp-router--asked))
        (setq lsp-router--asked asked)
        (eglot--signal-textDocument/didChange)
        (let ((position (point)))
          (setq lsp-router--request
                (lsp-router--send
                 server :textDocument/inlineCompletion
                 (append (eglot--TextDocumentPositionParams) `(:context (:triggerKind ,(if automatic 2 1))))
                 (lambda (answer) (lsp-router--take-answer buffer asked position answer)))))))))

(defun lsp-router--send (server method params hear)
  "Send METHOD with PARAMS to SERVER; HEAR gets the answer.
Returns its number, for cancelling."
  (car-safe (jsonrpc--async-request-1 server method params :success-fn hear :error-fn #'ignore :timeout 60)))

(defun lsp-router--insert (text)
  (undo-boundary)
  (insert text))

(defun lsp-router-accept ()
  "Take the suggestion."
  (interactive)
  (when-let* ((rest (lsp-router--rest)) (item lsp-router--item))
    (lsp-router-clear)
    (delete-region (point) (min (line-end-position) (+ (point) (plist-get item :after))))
    (lsp-router--insert rest)
    (when-let* ((command (plist-get (plist-get item :raw) :command)) (server (eglot-current-server)))
      (lsp-router--send server :workspace/executeCommand
                        (list :command (plist-get command :command) :arguments (plist-get command :arguments))
                        #'ignore))))

(defun lsp-router-accept-word ()
  "Take the next word of the suggestion; the rest stays."
  (interactive)
  (when-let* ((rest (lsp-router--rest)))
    (let ((word (if (string-match "\\`[[:space:]\n]*\\(?:[[:word:]_]+\\|[^[:word:][:space:]_]+\\)" rest)
                    (match-string 0 rest)
                  rest)))
      (if (equal word rest)
          (lsp-router-accept)
        (lsp-router--insert word)
        (jsonrpc-notify (eglot-current-server) :textDocument/didPartiallyAcceptCompletion
                        (list :item (plist-get lsp-router--item :raw)
                              :acceptedLength (/ (string-bytes (encode-coding-string (lsp-router--typed) 'utf-16le)) 2)))
        (lsp-router--draw)))))

(defun lsp-router-dismiss ()
  "Throw the suggestion away."
  (interactive)
  (when-let* ((item lsp-router--item) (server (eglot-current-server)))
    (lsp-router-clear)
    (when-let* ((id (lsp-router--id item)))
      (lsp-router--send server :notifyRejected (list :uuids (vector id)) #'ignore))))

(defun lsp-router-next ()
  "Show another suggestion; ask for one when there is no other."
  (interactive)
  (if (cdr lsp-router--items)
      (let ((rest (append (cdr lsp-router--items) (list (car lsp-router--items)))))
        (setq lsp-router--items rest lsp-router--item (car rest))
        (lsp-router--draw))
    (lsp-router-ask)))

(defconst lsp-router--own
  '(lsp-router-accept lsp-router-accept-word lsp-router-dismiss lsp-router-next lsp-router-ask)
  "Commands after which the place is not asked about again.")

(defun lsp-router--after-command ()
  (cond ((memq this-command lsp-router--own))
        ((memq this-command '(self-insert-command newline newline-and-indent delete-backward-char
                              backward-delete-char-untabify electric-newline-and-maybe-indent c-electric-brace))
         (lsp-router--draw)
         (lsp-router-ask t))
        ((lsp-router--rest) (lsp-router--draw))
        (t (lsp-router-clear) (lsp-router--cancel) (setq lsp-router--asked nil))))

(defun lsp-router--when-shown (command)
  "A key for COMMAND that is nobody's while nothing is shown."
  `(menu-item "" ,command :filter ,(lambda (it) (and lsp-router--overlay it))))

(defvar lsp-router-ghost-mode-map
  (let ((map (make-sparse-keymap)))
    (dolist (key '("TAB" "<tab>")) (define-key map (kbd key) (lsp-router--when-shown #'lsp-router-accept)))
    (define-key map (kbd "M-f") (lsp-router--when-shown #'lsp-router-accept-word))
    (define-key map (kbd "M-n") (lsp-router--when-shown #'lsp-router-next))
    (define-key map (kbd "C-g") (lsp-router--when-shown #'lsp-router-dismiss))
    map)
  "Keys that count while ghost text is shown.")

;;;###autoload
(define-minor-mode lsp-router-ghost-mode
  "Show suggestions as ghost text."
  :lighter (:eval (lsp-router-mode-line))
  :keymap lsp-router-ghost-mode-map
  (if lsp-router-ghost-mode
      (add-hook 'post-command-hook #'lsp-router--after-command nil t)
    (remove-hook 'post-command-hook #'lsp-router--after-command t)
    (lsp-router-clear)))

;;; Commands

(defun lsp-router--range (from to)
  (list :start (eglot--pos-to-lsp-position from) :end (eglot--pos-to-lsp-position to)))

(defun lsp-router--document (&optional whole)
  "What a command is about: WHOLE document, the region, or what is around point."
  (append (list :uri (plist-get (eglot--TextDocumentIdentifier) :uri))
          (cond (whole nil)
                ((use-region-p) (list :range (lsp-router--range (region-beginning) (region-end))))
                (t (list :range (lsp-router--range (point) (point)))))))

(defun lsp-router--execute (command argument hear)
  "Let the server carry out COMMAND with ARGUMENT; HEAR gets its answer."
  (let ((server (or (eglot-current-server) (user-error "No server is running here: M-x eglot"))))
    (eglot--signal-textDocument/didChange)
    (jsonrpc-async-request server :workspace/executeCommand
                           (list :command command :arguments (vector (or argument (make-hash-table))))
                           :success-fn hear :timeout 300
                           :error-fn (lambda (err) (message "lsp-router: %s" (plist-get err :message))))))

(defun lsp-router--show (title text)
  "Show TEXT in the window of TITLE."
  (with-current-buffer (get-buffer-create (format "*lsp-router %s*" title))
    (let ((inhibit-read-only t))
      (erase-buffer)
      (insert text)
      (goto-char (point-min)))
    (special-mode)
    (display-buffer (current-buffer))))

(defun lsp-router--edited (answer)
  (when (eq (plist-get answer :applied) t)
    (message "lsp-router: changed by %s" (plist-get (plist-get answer :decision) :model))))

(defun lsp-router-explain (&optional question)
  "Explain the region or the function at point, or answer QUESTION about it."
  (interactive (list (and current-prefix-arg (read-string "Question: "))))
  (let ((token (format "lsp-router-%s" (random))) (text ""))
    (puthash token (lambda (value)
                     (setq text (if (plist-get value :restart) "" (concat text (plist-get value :text))))
                     (lsp-router--show "explain" text))
             lsp-router--listeners)
    (lsp-router--execute "lspRouter.explain"
                         (append (lsp-router--document) (list :partialResultToken token)
                                 (and question (list :question question)))
                         (lambda (answer)
                           (unless (eq (plist-get answer :pending) t) ; else the rest streams in later
                             (remhash token lsp-router--listeners)
                             (lsp-router--show "explain" (or (plist-get answer :text) text)))))))

(defun lsp-router-refactor (instruction)
  "Change the region or the function at point as INSTRUCTION says."
  (interactive "sRefactor: ")
  (lsp-router--execute "lspRouter.refactor" (append (lsp-router--document) (list :instruction instruction))
                       #'lsp-router--edited))

(defun lsp-router-fix ()
  "Mend what is wrong with the line."
  (interactive)
  (let ((line (lsp-router--range (line-beginning-position) (line-end-position))))
    (lsp-router--execute "lspRouter.fix" (append (lsp-router--document t) (list :range line)) #'lsp-router--edited)))

(defun lsp-router-write-tests ()
  "Write tests for the region or the function at point."
  (interactive)
  (lsp-router--execute "lspRouter.generateTests" (lsp-router--document) #'lsp-router--edited))

(defun lsp-router-document ()
  "Document the region or the function at point."
  (interactive)
  (lsp-router--execute "lspRouter.document" (lsp-router--document) #'lsp-router--edited))

(defun lsp-router-review ()
  "Review the buffer; findings show as diagnostics."
  (interactive)
  (lsp-router--execute "lspRouter.review" (lsp-router--document t)
                       (lambda (answer) (message "lsp-router: %d findings" (length (plist-get answer :findings))))))

(defun lsp-router-why ()
  "Say which model answered last here, and why."
  (interactive)
  (lsp-router--execute "lspRouter.why" (lsp-router--document t)
                       (lambda (answer) (lsp-router--show "why" (pp-to-string answer)))))

(defun lsp-router-status ()
  "Show profile, budget, health and models."
  (interactive)
  (lsp-router--execute "lspRouter.status" nil (lambda (answer) (lsp-router--show "status" (pp-to-string answer)))))

(defun lsp-router-pin (task model)
  "Give every TASK to MODEL; an empty MODEL lets it be routed again."
  (interactive "sTask: \nsModel (empty: none): ")
  (lsp-router--execute "lspRouter.pinModel" (list :task task :model (if (string-empty-p model) nil model))
                       (lambda (_) (message "lsp-router: %s → %s" task model))))

(provide 'lsp-router)
;;; lsp-router.el ends here
