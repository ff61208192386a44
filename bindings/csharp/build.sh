#!/bin/sh
# Builds RtcClient.dll, RTCCORELib.dll, the C# samples and the C# tests into target/csharp with Mono's mcs.
#
#   bindings/csharp/build.sh            build
#   bindings/csharp/build.sh --check    first compare what is generated with what it is generated from
#
# With .NET the same sources are one class library and console programs of their own:
#   dotnet new classlib -n RtcClient    remove Class1.cs, then in RtcClient.csproj:
#       <TargetFramework>netstandard2.0</TargetFramework> <LangVersion>7.2</LangVersion>
#       <GenerateDocumentationFile>false</GenerateDocumentationFile>
#       <Compile Include="…/bindings/csharp/Interop/*.cs;…/bindings/csharp/RtcClient/*.cs" />
#   dotnet new console -n Call          with a ProjectReference to it and samples/csharp/Call.cs
# Nothing but System.dll is needed. At run time the native library must be where the loader looks
# (LD_LIBRARY_PATH=target/release, or beside the program).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${CARGO_TARGET_DIR:-$root/target}/csharp

command -v mcs >/dev/null 2>&1 || {
    echo "bindings/csharp/build.sh: mcs is missing (Debian: apt-get install mono-mcs mono-runtime)" >&2
    exit 1
}
if [ "${1:-}" = --check ]; then
    python3 "$here/tools/generate.py" --check
    python3 "$here/tools/rtccorelib.py" --check
    python3 "$root/bindings/tools/reach.py"
elif [ $# -gt 0 ]; then
    echo "bindings/csharp/build.sh: unknown argument $1" >&2
    exit 2
fi

mkdir -p "$out"
cs() {
    mcs -nologo -langversion:7.2 -warn:4 -warnaserror -optimize+ -debug "$@"
}
cs -target:library "-out:$out/RtcClient.dll" "$here"/Interop/*.cs "$here"/RtcClient/*.cs
cs -target:library "-out:$out/RTCCORELib.dll" "-r:$out/RtcClient.dll" "$here"/RtcCoreLib/*.cs
for source in "$root"/samples/csharp/*.cs "$here"/tests/*.cs; do
    name=$(basename "$source" .cs)
    cs -target:exe "-out:$out/$name.exe" "-r:$out/RtcClient.dll" "-r:$out/RTCCORELib.dll" "$source"
done
echo "built in $out: run with LD_LIBRARY_PATH=target/release mono $out/NAME.exe"
