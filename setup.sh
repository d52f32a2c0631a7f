#!/usr/bin/env bash
# Makes everything that running and testing need: system libraries, .venv, the locked packages.
# Does nothing, quickly, when all is there.  Usage: setup.sh [run|test]
set -euo pipefail
cd "$(dirname "$0")"

purpose=${1:-run}
stamp=.venv/.ready-$purpose
here=$(pwd -P)
# an environment holds its own path, so a tree that was moved is not ready
wanted="$here ${PYTHON:-} $(cat setup.sh requirements.lock requirements-video.lock pyproject.toml | sha256sum)"
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && exit 0

# library or command, and the Debian package that has it
libraries="
libvulkan.so.1=libvulkan1 libEGL.so.1=libegl1 libGL.so.1=libgl1 libEGL_mesa.so.0=libegl-mesa0
libGLX_mesa.so.0=libglx-mesa0 libxkbcommon-x11.so.0=libxkbcommon-x11-0 libxcb-cursor.so.0=libxcb-cursor0
libxcb-icccm.so.4=libxcb-icccm4 libxcb-image.so.0=libxcb-image0 libxcb-keysyms.so.1=libxcb-keysyms1
libxcb-randr.so.0=libxcb-randr0 libxcb-render-util.so.0=libxcb-render-util0 libxcb-shape.so.0=libxcb-shape0
libxcb-sync.so.1=libxcb-sync1 libxcb-xfixes.so.0=libxcb-xfixes0 libxcb-xkb.so.1=libxcb-xkb1
libX11-xcb.so.1=libx11-xcb1 libdbus-1.so.3=libdbus-1-3 libfontconfig.so.1=libfontconfig1
libglib-2.0.so.0=libglib2.0-0"
test_commands="xvfb-run=xvfb xauth=xauth xdotool=xdotool rsvg-convert=librsvg2-bin
pdftotext=poppler-utils openbox=openbox chromium=chromium"

missing=""
known=$({ ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | awk '{print $1}')
for pair in $libraries; do
  grep -qxF "${pair%%=*}" <<<"$known" || missing+=" ${pair##*=}"
done
present() { [ -n "$(find "${@:2}" -name "$1" -print -quit 2>/dev/null)" ]; }
present '*.json' /usr/share/vulkan/icd.d /etc/vulkan/icd.d || missing+=" mesa-vulkan-drivers"
present '*_dri.so' /usr/lib || missing+=" libgl1-mesa-dri"
present '*.ttf' /usr/share/fonts /usr/local/share/fonts || missing+=" fonts-dejavu-core"
if [ "$purpose" = test ]; then
  for pair in $test_commands; do
    command -v "${pair%%=*}" >/dev/null || missing+=" ${pair##*=}"
  done
fi

fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
python="" bare=""
for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
  "$candidate" -c "$fits" >/dev/null 2>&1 || continue
  if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then python=$candidate; break; fi
  bare=${bare:-$candidate}
done
if [ -z "$python$bare" ]; then
  echo "Python 3.11, 3.12 or 3.13 is needed and none was found: install one, or name it with PYTHON=…" >&2
  exit 1
fi
version=$("${python:-$bare}" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ -z "$python" ]; then
  python=$bare  # Debian ships Python without what makes environments
  missing+=" python$version-venv"
fi

if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ]; then sudo=""; else sudo="sudo"; fi
  line="$sudo apt-get update && $sudo apt-get install -y --no-install-recommends$missing"
  line=${line# }
  if ! command -v apt-get >/dev/null || { [ -n "$sudo" ] && ! sudo -n true 2>/dev/null; }; then
    echo "System libraries are missing. Install them with: $line" >&2
    exit 1
  fi
  echo "Installing system libraries:$missing"
  quiet="$sudo env DEBIAN_FRONTEND=noninteractive"  # sudo drops what is exported
  $quiet apt-get update -qq
  $quiet apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

case "$(.venv/bin/pip --version 2>/dev/null)" in
  *" $here/.venv/"*"(python $version)") ;;
  *)
    echo "Making the virtual environment with $python"
    rm -rf .venv
    "$python" -m venv .venv
    ;;
esac
echo "Installing packages"
pip() { .venv/bin/python -m pip --disable-pip-version-check "$@"; }
# the second has what MP4 films need, with code under the GPL
pip install --quiet --no-deps --require-hashes --only-binary=:all: -r requirements.lock -r requirements-video.lock
pip install --quiet --no-deps --no-build-isolation -e .
# pip's command imports regular expressions before the program, and Ctrl+C would be a traceback so long
sed -i.pip -e '/^import re$/d' -e '/^ *sys\.argv\[0\] = re\./d' .venv/bin/attention-geodesics
rm -f .venv/bin/attention-geodesics.pip
pip check >/dev/null || { pip check >&2; exit 1; }  # the lock must name everything
echo "$wanted" >"$stamp"
