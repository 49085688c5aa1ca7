@echo off
rem Written by MLN. Windows runs it when its set-up is complete, and when someone first logs on.
if exist C:\mln\done exit /b 0
powershell -NoProfile -ExecutionPolicy Bypass -File C:\mln\firstboot.ps1
