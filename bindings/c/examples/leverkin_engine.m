function leverkin_engine(library, header)
% The engine from MATLAB. Not tested by us: we have no MATLAB; the header is checked to be C that loadlibrary can read.
%
%   leverkin_engine('libleverkin.so', 'leverkin_c.h')

  loadlibrary(library, header, 'alias', 'lvk');
  unload = onCleanup(@() unloadlibrary('lvk'));

  engine = libpointer('lvk_enginePtr');
  config = sprintf('[session]\nsubject = "m07"\nsession = 12\n');
  [code, ~, engine] = calllib('lvk', 'lvk_engine_new', config, 10000, 1, engine);
  check(code);
  release = onCleanup(@() calllib('lvk', 'lvk_engine_free', engine));

  for block = 0:5999                                    % a minute in blocks of 10 ms
    t = mod((block * 100 + (0:99)) / 10000, 3);
    volts = 1.5 - 0.4 * sin(pi * (t - 1) / 0.4) .* (t > 1 & t < 1.4) + 0.001 * randn(1, 100);
    check(calllib('lvk', 'lvk_engine_push', engine, volts, 100));
    if mod(block, 300) == 0
      check(calllib('lvk', 'lvk_engine_event', engine, 1, block / 100 + 0.5));   % LVK_CUE
      check(calllib('lvk', 'lvk_engine_event', engine, 2, block / 100 + 1.2));   % LVK_REWARD
    end
  end

  check(calllib('lvk', 'lvk_engine_finish', engine, 'today.results.h5'));
  [~, ~, needed] = calllib('lvk', 'lvk_engine_summary_json', engine, [], 0, 0);
  [code, text] = calllib('lvk', 'lvk_engine_summary_json', engine, blanks(needed), needed, 0);
  check(code);
  disp(jsondecode(text));
end

function check(code)
  if code ~= 0
    error('leverkin:engine', '%s', calllib('lvk', 'lvk_last_error'));
  end
end
