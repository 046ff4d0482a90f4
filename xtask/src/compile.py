"""Hosts .NET in CPython, and compiles a C# program by Roslyn there: compile.py SOURCE RESULT"""
import glob, os, sys
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(here, "site"), os.path.join(here, "package")]
from clr_loader import get_coreclr
from pythonnet import set_runtime
set_runtime(get_coreclr(runtime_config=os.path.join(here, "rc8.json"), dotnet_root=os.environ["DOTNET_ROOT"]))
import clr
for name in ("System.Collections.Immutable", "Microsoft.CodeAnalysis", "Microsoft.CodeAnalysis.CSharp"):
    clr.AddReference(name)
from Microsoft.CodeAnalysis import MetadataReference, OutputKind, SyntaxTree
from Microsoft.CodeAnalysis.CSharp import CSharpCompilation, CSharpCompilationOptions, CSharpParseOptions, CSharpSyntaxTree
from System import Object
from System.Collections.Generic import List
from System.IO import File, Path
source, result = sys.argv[1:3]
trees = List[SyntaxTree]()
trees.Add(CSharpSyntaxTree.ParseText(File.ReadAllText(source), CSharpParseOptions.Default, source))
references = List[MetadataReference]()
framework = os.path.dirname(clr.GetClrType(Object).Assembly.Location)
for file in sorted(glob.glob(os.path.join(framework, "System*.dll"))):
    references.Add(MetadataReference.CreateFromFile(file))
stream = File.Create(result)
options = CSharpCompilationOptions(OutputKind.ConsoleApplication)
emitted = CSharpCompilation.Create(Path.GetFileNameWithoutExtension(result), trees, references, options).Emit(stream)
stream.Close()
for diagnostic in emitted.Diagnostics:
    if diagnostic.Severity.ToString() == "Error":
        print(diagnostic.ToString())
print("compiled" if emitted.Success else "not compiled")
sys.exit(0 if emitted.Success else 1)
