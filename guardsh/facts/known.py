"""Names and places that guardsh knows, as data: build output, caches, secrets, start-up files, the guard's own files.

All names are lower case, because they are compared without case: `.cUrSoR/mcp.json` is `.cursor/mcp.json` on many
disks. Places are separated by commas, their components by `/`; a component may hold `*`. Places below a home are
written without `~/`.

A name belongs to the build outputs only if a careful person would lose it without a question: tools make it again
from what is committed or published, and nobody keeps anything else in it. Local state (`.terraform`,
`.wrangler/state`, `.devenv`) isn't that.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


class Places:
    """Places, found by their first component."""

    __slots__ = ("every", "_first", "_globbed")

    def __init__(self, every: tuple[tuple[str, ...], ...]) -> None:
        self.every = every
        self._first: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._globbed = tuple(place for place in every if "*" in place[0])
        for place in every:
            self._first[place[0]] = (*self._first.get(place[0], ()), place)

    def beginning(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Those whose first component may be this name."""
        return self._first.get(name, ()) + self._globbed


def _places(text: str) -> Places:
    return Places(tuple(tuple(" ".join(place.split()).split("/")) for place in text.split(",")))


# --- where things are -----------------------------------------------------------------------------------------------

# Top directories whose whole content belongs to the system (FHS 3.0, hier(7), macOS).
SYSTEM = words(
    """
    etc usr var bin sbin lib lib32 lib64 libx32 boot sys proc dev run nix gnu snap lost+found system library
    applications cores efi recovery rootfs
    """
)
# Top directories that hold other people's things: only they themselves, not what is below them.
SYSTEM_HOLDERS = words("opt srv mnt media home users volumes private root workspaces workspace export data network net")
# Below a Windows drive.
SYSTEM_WINDOWS = frozenset(
    {"windows", "program files", "program files (x86)", "programdata", "users", "boot", "recovery"}
)
# Places inside the system's directories where people keep their work.
WORK_IN_SYSTEM = _places(
    """
    usr/src, usr/local/src, usr/share/nginx/html, usr/share/nginx/www, var/www, var/task,
    var/lib/jenkins/workspace, var/lib/buildkite-agent/builds, var/home, usr/home
    """
)
TEMPORARY = _places(
    """
    tmp, var/tmp, var/folders, dev/shm, var/cache/tmp, data/local/tmp
    """
)
TEMPORARY_WINDOWS = _places(
    """
    windows/temp, temp, tmp, users/*/appdata/local/temp
    """
)
# Files below /dev that lose nothing when written.
HARMLESS_DEVICES = words("null zero full random urandom stdin stdout stderr tty console ptmx pts fd tcp udp log kmsg")
HARMLESS_DEVICE_PREFIXES = (
    "tty",
    "pty",
    "ptmx",
    "rtc",
    "video",
    "snd",
    "input",
    "dri",
    "kvm",
    "fuse",
    "net",
    "bus",
    "usb",
    "cu.",
)

# Directories whose name in the root of a file system or mount stands for a Windows drive (Git Bash, MSYS: /c).
DRIVES = words("c d e f g h")

# --- what tools make again ------------------------------------------------------------------------------------------

# Directories that are build output, caches or fetched dependencies wherever they are.
BUILD = words(
    """
    node_modules bower_components jspm_packages .pnpm-store .parcel-cache .turbo .next .nuxt .svelte-kit .astro
    .docusaurus .vite .vitest .angular .expo .expo-shared .rpt2_cache .rollup.cache .webpack .swc .contentlayer
    .vuepress-cache storybook-static .nyc_output .jest-cache .jest .playwright-report playwright-report
    .lighthouseci allure-results allure-report .sass-cache __pycache__ .pytest_cache .mypy_cache .ruff_cache
    .pytype .pyre .tox .nox .eggs .hypothesis .ipynb_checkpoints htmlcov .venv venv .virtualenv virtualenv
    site-packages __pypackages__ .pdm-build .pixi .ropeproject .dmypy.json .gradle .kotlin .bloop .metals .bsp
    .scala-build .cpcache .shadow-cljs .ccls-cache cmakefiles _deps autom4te.cache .libs .deps .dart_tool
    .pub-cache pods deriveddata .swiftpm-cache xcuserdata carthage elm-stuff .stack-work dist-newstyle zig-cache
    .zig-cache zig-out _build .elixir_ls .mix-cache .rebar3 buck-out bazel-bin bazel-out bazel-testlogs
    .bazel-cache .pants.d .ccache .sccache .jekyll-cache _site .hugo_build.lock .serverless .aws-sam cdk.out
    .godot deriveddatacache .direnv .scannerwork .terraform-plugin-cache .phpunit.cache .php-cs-fixer.cache
    .cache .eslintcache .stylelintcache
    """
)
BUILD_PREFIXES = (
    "cmake-build-",
    "bazel-",
    ".eslintcache",
    "npm-debug.log",
    "yarn-error.log",
    "yarn-debug.log",
    "pnpm-debug.log",
    ".pnp.",
)
BUILD_SUFFIXES = _listed(
    """
    .pyc .pyo .pyd.cache .o .obj .lo .gch .pch .class .gcda .gcno .gcov .profraw .profdata .hi .beam .rlib .rmeta
    .tsbuildinfo .egg-info .dist-info .synctex.gz .fls .fdb_latexmk .aux .blg .bbl .rcheck .pytest_cache .dsym .elc
    .cache-loader
    """
)
# Files that a tool makes again. Lock files pin versions, and installing writes them again.
BUILD_FILES = words(
    """
    a.out .coverage coverage.xml lcov.info .ds_store thumbs.db desktop.ini cmakecache.txt cmake_install.cmake
    .ninja_log .ninja_deps .phpunit.result.cache .rspec_status .jekyll-metadata erl_crash.dump package-lock.json
    npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lockb bun.lock deno.lock composer.lock gemfile.lock
    cargo.lock poetry.lock uv.lock pdm.lock pipfile.lock mix.lock pubspec.lock podfile.lock go.sum
    packages.lock.json gradle.lockfile
    """
)
# Several components in a row, anywhere.
BUILD_PLACES = _places(
    """
    .yarn/cache, .yarn/unplugged, .yarn/install-state.gz, .terraform/providers, .terraform/plugins,
    .terraform/modules, .vercel/output, .vercel/cache, .netlify/functions, .netlify/cache, .netlify/plugins,
    .wrangler/tmp, .nx/cache, .moon/cache, .clangd/index, .clj-kondo/.cache, .lsp/.cache, vendor/bundle,
    vendor/cache, cypress/videos, cypress/screenshots, bin/debug, bin/release, obj/debug, obj/release,
    renv/library, var/cache, storage/framework/cache, storage/framework/views, bootstrap/cache, .git/*.lock
    """
)
# Names that are build output in most projects and something else in some: only inside a project, not below its
# sources, and only as long as git tracks nothing there.
BUILD_LIKELY = words(
    """
    build builds dist out target coverage obj vendor tmp temp .tmp .temp .build .output test-results
    builddir
    """
)
SOURCES = words("src source sources internal pkg cmd lib include scripts")

# Caches in a home.
HOME_CACHES = _places(
    """
    .cache, .npm, .yarn/cache, .yarn/berry/cache, .yarn-cache, .pnpm-store, .local/share/pnpm/store,
    .local/share/nuget, .local/share/virtualenv, .local/pipx/.cache, .bun/install/cache, .cargo/registry,
    .cargo/git, go/pkg, .gradle/caches, .gradle/daemon, .gradle/native, .gradle/wrapper/dists, .m2/repository,
    .ivy2/cache, .sbt/boot, .coursier/cache, .nuget/packages, .composer/cache, .bundle/cache, .cocoapods/repos,
    .pub-cache, .cabal/packages, .conan/data, .conan2/p, .ccache, .sccache, .electron, .electron-gyp, .node-gyp,
    .terraform.d/plugin-cache, .minikube/cache, .kube/cache, .kube/http-cache, .nv/computecache, .thumbnails,
    .android/cache, .android/build-cache, .dartserver, .swiftpm/cache, .texlive*/texmf-var, .eclipse/.cache,
    library/caches, library/pnpm/store, library/developer/xcode/deriveddata,
    library/developer/xcode/ios devicesupport, library/developer/coresimulator/caches, appdata/local/npm-cache,
    appdata/local/pip/cache, appdata/local/yarn/cache, appdata/local/nuget/cache
    """
)
SYSTEM_CACHES = _places(
    """
    var/cache/apt, var/lib/apt/lists, var/cache/dnf, var/cache/yum, var/cache/apk, var/cache/pacman/pkg,
    var/cache/zypp, var/cache/debconf/*-old, var/cache/man, var/cache/fontconfig, etc/apk/cache
    """
)

# --- what must not be read, changed or lost -------------------------------------------------------------------------

SECRET_HOME = _places(
    """
    .ssh, .gnupg, .aws, .azure, .config/gcloud, .config/gh, .config/glab-cli, .config/hub, .config/op,
    .config/doctl, .config/hcloud, .config/rclone, .config/sops, .config/age, .config/solana, .config/stripe,
    .config/heroku, .config/configstore, .config/containers/auth.json, .config/google-chrome, .config/chromium,
    .config/bravesoftware, .config/bitwarden*, .config/keepassxc, .local/share/keyrings,
    .local/share/com.vercel.cli/auth.json, .local/share/opencode/auth.json, .password-store, .kube/config,
    .docker/config.json, .netrc, _netrc, .pgpass, .my.cnf, .mylogin.cnf, .npmrc, .yarnrc.yml, .pypirc,
    .git-credentials, .config/git/credentials, .cargo/credentials, .cargo/credentials.toml, .gem/credentials,
    .terraformrc, .terraform.d/credentials.tfrc.json, .vault-token, .fly/config.yml, .railway/config.json,
    .vercel/auth.json, .netlify/config.json, .supabase/access-token, .pulumi/credentials.json, .databricks/*,
    .databrickscfg, .snowsql/config, .s3cfg, .boto, .oci, .bluemix, .mozilla, .thunderbird, .bitcoin, .ethereum,
    .electrum, .claude/.credentials.json, .claude.json, .codex/auth.json, .gemini/oauth_creds.json,
    .wrangler/config/default.toml, library/keychains, library/application support/google/chrome,
    library/application support/firefox, library/application support/com.vercel.cli/auth.json,
    library/application support/1password, appdata/roaming/mozilla, appdata/local/google/chrome
    """
)
# In .ssh, yet no secret.
SECRET_NOT = words("known_hosts known_hosts.old config authorized_keys authorized_keys2 environment rc")
SECRET_SYSTEM = _places(
    """
    etc/shadow, etc/shadow-, etc/gshadow, etc/gshadow-, etc/master.passwd, etc/sudoers, etc/sudoers.d,
    etc/krb5.keytab, etc/ssl/private, etc/pki/tls/private, etc/letsencrypt, etc/kubernetes, etc/rancher,
    etc/wireguard, etc/ssh/ssh_host_*_key, proc/*/environ, run/secrets, var/run/secrets, var/lib/docker/swarm
    """
)
SECRET_ANYWHERE = _places(".ssh, .gnupg, .aws/credentials, .kube/config, .docker/config.json")
SECRET_FILES = words(
    """
    id_rsa id_dsa id_ecdsa id_ed25519 id_ecdsa_sk id_ed25519_sk .netrc .pgpass .git-credentials .htpasswd
    .vault-token .vault_pass .vault_password credentials.json client_secret.json client_secrets.json
    service-account.json service_account.json serviceaccount.json gcp-key.json secrets.json secrets.yml
    secrets.yaml secrets.toml .secrets master.key kubeconfig wallet.dat .dockercfg .dockerconfigjson .pypirc
    auth.json.enc .s3cfg keystore.properties
    """
)
SECRET_SUFFIXES = _listed(".pem .key .p12 .pfx .jks .keystore .kdbx .ppk .token .kubeconfig .ovpn .agekey")
# Certificates and public keys share those endings.
PUBLIC_WORDS = words("cert certs certificate chain fullchain ca cacert cabundle bundle pub public roots csr crt")

STARTUP_HOME = _places(
    """
    .bashrc, .bash_profile, .bash_login, .bash_logout, .bash_aliases, .bashrc.d, .profile, .zshrc, .zshenv,
    .zprofile, .zlogin, .zlogout, .zsh, .oh-my-zsh, .inputrc, .kshrc, .cshrc, .tcshrc, .login, .config/fish,
    .xprofile, .xinitrc, .xsession, .xsessionrc, .pam_environment, .gitconfig, .config/git/config,
    .config/git/hooks, .ssh/authorized_keys, .ssh/authorized_keys2, .ssh/config, .ssh/rc, .ssh/environment,
    .config/autostart, .config/systemd/user, .local/share/systemd/user, .config/environment.d,
    .config/code/user/settings.json, .config/code/user/tasks.json, .config/cursor/user/settings.json,
    .config/direnv, .tmux.conf, .screenrc, .vimrc, .vim, .config/nvim, .emacs, .emacs.d, .gdbinit, .lldbinit,
    .pythonrc, .pythonstartup, .irbrc, .pryrc, .psqlrc, .sqliterc, .curlrc, .wgetrc, .mailcap, .forward,
    .rhosts, .lesskey, .claude.json, .codeium/windsurf/mcp_config.json, .config/amp/plugins, .config/opencode,
    .config/goose, library/launchagents, library/application support/code/user/settings.json,
    library/application support/claude/claude_desktop_config.json, .config/claude/claude_desktop_config.json
    """
)
STARTUP_SYSTEM = _places(
    """
    etc/profile, etc/profile.d, etc/bash.bashrc, etc/bashrc, etc/bash_completion.d, etc/environment,
    etc/environment.d, etc/zsh, etc/zshrc, etc/zshenv, etc/zprofile, etc/fish, etc/crontab, etc/cron.*,
    etc/cron.d, etc/anacrontab, etc/at.allow, var/spool/cron, var/spool/at, var/at, etc/systemd,
    usr/lib/systemd, lib/systemd, usr/local/lib/systemd, run/systemd/system, etc/init.d, etc/rc.local,
    etc/rc*.d, etc/inittab, etc/init, etc/xdg/autostart, etc/ld.so.preload, etc/ld.so.conf, etc/ld.so.conf.d,
    etc/ssh/sshd_config, etc/ssh/sshd_config.d, etc/pam.d, etc/sudoers, etc/sudoers.d, etc/gitconfig,
    etc/udev/rules.d, etc/modprobe.d, etc/modules, etc/apt/apt.conf.d, library/launchagents,
    library/launchdaemons, system/library/launchdaemons
    """
)
# Anywhere, mostly in projects: git hooks, agents' hooks, permissions and tool servers.
STARTUP_PLACES = _places(
    """
    .git/hooks, .git/config, .git/config.worktree, .git/modules/*/hooks, .git/info/attributes,
    .vscode/settings.json, .vscode/tasks.json, .vscode/mcp.json, .cursor/mcp.json, .mcp.json, .roo/mcp.json,
    .kiro/settings/mcp.json, .junie/mcp/mcp.json, .amazonq/mcp.json, .continue/config.yaml
    """
)
# Agents' settings that hold hooks: guardsh's entries live in them.
AGENT_SETTINGS = _places(
    """
    .claude/settings.json, .claude/settings.local.json, .claude/hooks, .cursor/hooks.json,
    .cursor/cli-config.json, .cursor/cli.json, .cursor/permissions.json, .codex/hooks.json, .codex/config.toml,
    .codex/hooks, .codex/rules, .gemini/settings.json, .gemini/hooks, .copilot/hooks, .copilot/settings.json,
    .copilot/config.json, .github/hooks, .github/copilot/settings*.json, .windsurf/hooks.json,
    .codeium/windsurf/hooks.json, .cline/hooks, .clinerules/hooks, .continue/settings.json, .kiro/hooks,
    .openhands/hooks.json, .opencode/plugin, .opencode/plugins, .opencode/opencode.json, opencode.json,
    .config/opencode/plugin, .config/opencode/plugins, .config/opencode/opencode.json, .config/amp/plugins,
    .config/amp/settings.json, .qwen/settings.json, .factory/settings.json, .factory/hooks,
    .augment/settings.json, .agents/plugins, .aider.conf.yml
    """
)
# Whole directories that hold such settings; others share theirs with .github and .config.
AGENT_FOLDERS = words(
    """
    .claude .cursor .codex .gemini .copilot .windsurf .codeium .cline .clinerules .kiro .openhands .opencode .qwen
    .factory .augment
    """
)
AGENT_SETTINGS_SYSTEM = _places(
    """
    etc/claude-code, etc/cursor/hooks.json, etc/windsurf/hooks.json, etc/gemini-cli/settings.json,
    etc/github-copilot, etc/codex, library/application support/claudecode,
    library/application support/cursor/hooks.json, library/application support/windsurf/hooks.json
    """
)
GUARD_HOME = _places(
    """
    .config/guardsh, .local/state/guardsh, .local/share/guardsh, .cache/guardsh,
    library/application support/guardsh, library/caches/guardsh
    """
)
GUARD_SYSTEM = _places(
    """
    etc/guardsh, var/lib/guardsh, run/guardsh
    """
)
GUARD_FILES = words(".guardsh.toml guardsh.toml")
GUARD_PACKAGE = _places("site-packages/guardsh, dist-packages/guardsh, pipx/venvs/guardsh, uv/tools/guardsh")

DATA_SUFFIXES = _listed(
    """
    .db .sqlite .sqlite3 .db3 .s3db .sqlite-wal .sqlite-shm .sqlite3-wal .sqlite3-shm .db-wal .db-shm .db-journal
    .sqlite-journal .duckdb .mdb .accdb .realm .rdb .aof .ibd .frm .myd .myi .lmdb .tfstate .tfstate.backup .nsf
    .fdb .gdb
    """
)
DATA_NAMES = words(
    """
    .env .envrc uploads upload user-uploads user_uploads media-uploads pgdata pg_data postgres-data
    postgres_data postgresql-data mysql-data mysql_data mariadb-data mongo-data mongo_data mongodb-data
    redis-data redis_data db-data db_data dbdata database-data terraform.tfstate terraform.tfstate.d minio-data
    minio_data elasticsearch-data esdata qdrant_storage chroma_db
    """
)
DATA_PLACES = _places(
    """
    storage/app, .wrangler/state, .devenv/state, supabase/.branches, .terraform/terraform.tfstate
    """
)
DATA_SYSTEM = _places(
    """
    var/lib/postgresql, var/lib/pgsql, var/lib/mysql, var/lib/mariadb, var/lib/mongodb, var/lib/mongo,
    var/lib/redis, var/lib/elasticsearch, var/lib/clickhouse, var/lib/cassandra, var/lib/influxdb, var/lib/etcd,
    var/lib/rabbitmq, var/lib/docker, var/lib/containerd, var/lib/containers, var/lib/libvirt, var/lib/lxd,
    var/lib/kubelet, var/lib/grafana, var/lib/prometheus, var/opt, var/mail, var/spool/mail, opt/homebrew/var,
    usr/local/var
    """
)
# `.env.example` and its like are templates.
DATA_TEMPLATES = (".example", ".sample", ".template", ".dist", ".tpl", ".defaults", ".schema", ".d.ts")

BACKUP_SUFFIXES = _listed(
    """
    .bak .backup .dump .sql.gz .sql.bz2 .sql.xz .sql.zst .sql.zip .dmp .bkp .pgdump .vbk .bkf .tfstate.backup
    """
)

# --- projects and branches ------------------------------------------------------------------------------------------

PROJECT_FILES = frozenset(
    """
    .git .hg .svn .jj package.json pyproject.toml setup.py setup.cfg requirements.txt Pipfile Cargo.toml go.mod
    go.work pom.xml build.gradle build.gradle.kts settings.gradle settings.gradle.kts Gemfile composer.json
    mix.exs rebar.config deno.json deno.jsonc pubspec.yaml Package.swift CMakeLists.txt meson.build Makefile
    GNUmakefile makefile justfile Justfile Rakefile Dockerfile docker-compose.yml docker-compose.yaml
    compose.yml compose.yaml WORKSPACE MODULE.bazel BUILD.bazel stack.yaml cabal.project project.clj deps.edn
    build.sbt flake.nix shard.yml dune-project foundry.toml hardhat.config.js hardhat.config.ts Chart.yaml
    .terraform.lock.hcl Pulumi.yaml serverless.yml .guardsh.toml .editorconfig
    """.split()
)
PROTECTED_BRANCHES = words(
    """
    main master trunk default mainline develop development dev staging stage production prod live stable release
    releases next gh-pages canary beta preview integration hotfix
    """
)
PROTECTED_BRANCH_PREFIXES = (
    "release/",
    "releases/",
    "release-",
    "stable/",
    "stable-",
    "production/",
    "prod/",
    "maint/",
    "maintenance/",
)
