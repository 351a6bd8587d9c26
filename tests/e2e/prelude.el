;;; prelude.el --- What a test's body may say  -*- lexical-binding: t -*-

(setq debug-on-error nil backtrace-on-error-noninteractive nil create-lockfiles nil make-backup-files nil
      eglot-sync-connect 20 eglot-connect-timeout 30 jsonrpc-default-request-timeout 30)

(defmacro wait-until (what &rest condition)
  "Let the editor run until CONDITION holds, and fail with WHAT when it never does."
  `(let ((end (+ (float-time) 40)) found)
     (while (not (setq found (progn ,@condition)))
       (when (> (float-time) end)
         (message "it never came to pass: %s; the text: %s" ,what (buffer-string))
         (kill-emacs 1))
       (accept-process-output nil 0.02)
       (timer-run))
     found))

(defun timer-run ()
  "Run the timers that are due: without a screen nothing else does."
  (dolist (timer (append timer-list timer-idle-list))
    (when (and (memq timer timer-idle-list) (not (timer--triggered timer)))
      (timer-event-handler timer))))

(defun same (found expected)
  (unless (equal found expected)
    (message "%S instead of %S" found expected)
    (kill-emacs 1)))

(defun write-file-of-test (name text)
  "Open NAME with TEXT and point where the bar is."
  (let ((bar (string-search "|" text)))
    (with-temp-file name (insert (string-replace "|" "" text)))
    (find-file (expand-file-name name))
    (goto-char (if bar (1+ bar) (point-min)))))

(defun press (command)
  "Run COMMAND as a key does."
  (setq this-command command)
  (run-hooks 'pre-command-hook)
  (call-interactively command)
  (run-hooks 'post-command-hook))

(defun type (letters)
  (dolist (letter (string-to-list letters))
    (setq last-command-event letter)
    (press #'self-insert-command)))

(defun leave ()
  "Say goodbye to the servers, and end."
  (when (fboundp 'eglot-shutdown-all) (eglot-shutdown-all))
  (kill-emacs 0))
