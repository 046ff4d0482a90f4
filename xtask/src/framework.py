"""Makes a shared framework of a self-contained application: framework.py APPLICATION.deps.json FOLDER

Copies what the application has of Microsoft.NETCore.App, and writes the file that says what belongs to it. Prints the version.
"""
import json
import os
import shutil
import sys

source, target = sys.argv[1:]
PACK = "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/"
with open(source) as file:
    targets = json.load(file)["targets"]
name, pack = next((name, pack) for target in targets.values() for name, pack in target.items() if name.startswith(PACK))
version = name[len(PACK):]
folder = os.path.join(target, "shared/Microsoft.NETCore.App", version)
os.makedirs(folder)
for kind in ("runtime", "native"):
    for file in pack[kind]:
        shutil.copy(os.path.join(os.path.dirname(source), os.path.basename(file)), folder)
host = os.path.join(target, "host/fxr", version)
os.makedirs(host)
shutil.copy(os.path.join(folder, "libhostfxr.so"), host)

framework = ".NETCoreApp,Version=v%s.0" % version.split(".")[0]
deps = {
    "runtimeTarget": {"name": framework + "/linux-x64", "signature": ""},
    "compilationOptions": {},
    "targets": {framework: {}, framework + "/linux-x64": {name: pack}},
    "libraries": {name: {"type": "package", "serviceable": True, "sha512": ""}},
    "runtimes": {"linux-x64": ["linux", "unix-x64", "unix", "any", "base"]},
}
with open(os.path.join(folder, "Microsoft.NETCore.App.deps.json"), "w") as file:
    json.dump(deps, file)
print(version)
